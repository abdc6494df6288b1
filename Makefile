# Everything runs in its own virtual environment; the first command sets it up, later ones find it ready.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help install demo test browser notebooks app lint format bench samples avatars clean

help:
	@echo "make demo     two videos of a speaking avatar: out/english.mp4 and out/arabic.mp4"
	@echo "make test     lint and run the tests"
	@echo "make notebooks  run the course from top to bottom, in place"
	@echo "make app      the web app, at http://localhost:8501"
	@echo "make browser  the tests that drive a real Chromium (needs: apt-get install chromium)"
	@echo "make bench    measure every number of the README (some minutes, on a quiet machine)"
	@echo "make samples  make the sample recordings again"
	@echo "make avatars  render the sample avatars again (needs: lipsync avatar --setup)"
	@echo "make clean    remove what these commands made"

install: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[speech,notebooks,app,dev]"
	$(BIN)/lipsync models --fetch
	@touch $@

demo: $(READY)
	@mkdir -p out
	$(BIN)/lipsync run samples/avatars/woman.png samples/audio/english.wav -o out/english.mp4
	$(BIN)/lipsync run samples/avatars/man.png samples/audio/arabic.wav -o out/arabic.mp4 --seed 1

test: $(READY) lint
	$(BIN)/python -m pytest

browser: $(READY)
	$(BIN)/python -m pytest -m browser

notebooks: $(READY)
	$(BIN)/python notebooks/course.py run

app: $(READY)
	$(BIN)/streamlit run app/streamlit_app.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) demo
	$(BIN)/python benchmarks/lips.py
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/wav2lip.py
	$(BIN)/python benchmarks/result_picture.py

samples: $(READY)
	$(BIN)/python training/make_sample_audio.py

avatars: $(READY)
	for name in woman man old_woman old_man child; do \
	  $(BIN)/lipsync avatar --description samples/avatars/$$name.yaml -o samples/avatars/$$name.png || exit 1; done

clean:
	rm -rf $(VENV) out build *.egg-info
