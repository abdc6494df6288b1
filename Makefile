# Everything runs in its own virtual environment; the first command sets up what it needs, later ones find it ready:
# light, what makes videos; ready, everything that the project has.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LIGHT := $(VENV)/.light
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help install demo test wheel browser colab notebooks app lint format bench samples avatars clean

help:
	@echo "make demo     two videos of a speaking avatar: out/english.mp4 and out/arabic.mp4"
	@echo "make test     lint and run the tests"
	@echo "make notebooks  run the course from top to bottom, in place"
	@echo "make app      the web app, at http://localhost:8501"
	@echo "make colab    some tests with the versions that Google Colab has"
	@echo "make wheel    the built package in an empty environment, where everything is installed anew"
	@echo "make browser  the tests that drive a real Chromium (needs: apt-get install chromium)"
	@echo "make bench    measure every number of the README, on a quiet machine; make bench-lips measures the lips only"
	@echo "              (make -k bench goes on without Chromium or the avatar studio; CLIPS=FOLDER adds real clips)"
	@echo "make samples  make the sample recordings and videos again"
	@echo "make avatars  render the sample avatars again (needs: lipsync avatar --setup)"
	@echo "make clean    remove what these commands made"

install: $(READY)

$(LIGHT): pyproject.toml setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	$(BIN)/lipsync models --fetch
	@touch $@

$(READY): $(LIGHT)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[speech,notebooks,app,dev]"
	@touch $@

demo: $(LIGHT)
	@mkdir -p out
	$(BIN)/lipsync run samples/avatars/woman.png samples/audio/english.wav -o out/english.mp4
	$(BIN)/lipsync run samples/avatars/man.png samples/audio/arabic.wav -o out/arabic.mp4 --seed 1

test: $(READY) lint
	$(BIN)/python -m pytest -n 2

wheel: $(READY)
	$(BIN)/python -m pytest -m wheel

browser: $(READY)
	$(BIN)/python -m pytest -m browser

COLAB := .venv-colab
$(COLAB)/.ready: constraints-colab.txt $(READY)
	$(PYTHON) -m venv $(COLAB)
	grep -v -e '^#' -e '^torch' constraints-colab.txt > $(COLAB)/versions.txt
	$(COLAB)/bin/python -m pip install --quiet -r $(COLAB)/versions.txt
	@# Everything else comes from the usual environment, which is looked through after this one.
	$(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))" \
	  > $$($(COLAB)/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/usual.pth
	@touch $@

colab: $(COLAB)/.ready
	PYTHONPATH=. $(COLAB)/bin/python -m pytest tests/test_colab.py tests/test_audio.py tests/test_notebooks.py

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

BENCHMARKS := lips alive speed start start-size memory sync wav2lip wav2lip-memory wav2lip_faces speech result_picture app avatars prompt_picture
bench: $(addprefix bench-,$(if $(CLIPS),$(BENCHMARKS),$(filter-out speech wav2lip_faces,$(BENCHMARKS))))

bench-sync: OPTIONS = $(if $(CLIPS),--clips $(CLIPS))
bench-wav2lip: OPTIONS = --seconds 30
bench-wav2lip_faces: OPTIONS = $(CLIPS)
bench-avatars: OPTIONS = --full
bench-result_picture: demo

bench-wav2lip-memory: $(READY)
	$(BIN)/python benchmarks/wav2lip.py --memory 4 40 --size 256

bench-start-size: $(READY)
	$(BIN)/python benchmarks/start.py --size

bench-speech: $(READY)
	$(BIN)/python training/speech/evaluate.py --clips $(CLIPS)
	$(BIN)/python training/speech/ceiling.py --clips $(CLIPS)

bench-%: $(READY)
	$(BIN)/python benchmarks/$*.py $(OPTIONS)

samples: $(READY)
	$(BIN)/python training/make_sample_audio.py
	$(BIN)/python training/make_sample_videos.py

avatars: $(READY)
	for name in woman man old_woman old_man child; do \
	  $(BIN)/lipsync avatar --description samples/avatars/$$name.yaml -o samples/avatars/$$name.png || exit 1; done

clean:
	rm -rf $(VENV) $(COLAB) out build dist *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} + -o -name .ipynb_checkpoints -prune -exec rm -rf {} +
