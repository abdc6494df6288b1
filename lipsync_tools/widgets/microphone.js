// Records the microphone as mono 16-bit WAV and hands the bytes to Python.
//
// getUserMedia asks the person, an AudioWorklet hands over every block of samples as it is (no codec, nothing lost),
// and the finished file is written into the model's trait "recording".

const TAP = `
registerProcessor("lipsync-tap", class extends AudioWorkletProcessor {
  process(inputs) {
    if (inputs[0].length) this.port.postMessage(inputs[0][0].slice());
    return true;
  }
});`;

// Unprocessed sound: what a telephone call needs (echo and noise suppression) smears consonants.
const WANTED = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };

function wav(blocks, rate) {
  const count = blocks.reduce((sum, block) => sum + block.length, 0);
  const view = new DataView(new ArrayBuffer(44 + 2 * count));
  const text = (at, letters) => [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * count, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); // size of this chunk
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true); // bytes a second
  view.setUint16(32, 2, true); // bytes a sample of all channels
  view.setUint16(34, 16, true); // bits
  text(36, "data");
  view.setUint32(40, 2 * count, true);
  let at = 44;
  for (const block of blocks) {
    for (const value of block) {
      view.setInt16(at, Math.round(Math.max(-1, Math.min(1, value)) * 32767), true);
      at += 2;
    }
  }
  return view;
}

function why(error) {
  if (error.name === "NotFoundError" || error.name === "DevicesNotFoundError") return "no device";
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return "refused";
  return "unavailable";
}

class Recorder {
  constructor(limit_s, onBlock) {
    this.limit_s = limit_s;
    this.onBlock = onBlock;
    this.blocks = [];
    this.samples = 0;
  }

  async start() {
    if (!navigator.mediaDevices || !window.AudioWorkletNode) {
      throw new DOMException("no microphone without a secure page", "NotSupportedError");
    }
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: WANTED });
    this.context = new AudioContext();
    const url = URL.createObjectURL(new Blob([TAP], { type: "text/javascript" }));
    await this.context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    await this.context.resume();
    const source = this.context.createMediaStreamSource(this.stream);
    this.tap = new AudioWorkletNode(this.context, "lipsync-tap", {
      numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit",
    });
    this.tap.port.onmessage = (event) => this.take(event.data);
    source.connect(this.tap);
  }

  take(block) {
    const room = Math.round(this.limit_s * this.context.sampleRate) - this.samples;
    if (this.ended || room <= 0) return;
    this.blocks.push(block.subarray(0, room));
    this.samples += Math.min(block.length, room);
    const power = block.reduce((sum, value) => sum + value * value, 0) / block.length;
    this.onBlock(this.samples / this.context.sampleRate, 10 * Math.log10(power + 1e-10), block.length >= room);
  }

  stop() {
    this.ended = true;
    if (this.stream) this.stream.getTracks().forEach((track) => track.stop());
    if (this.context && this.context.state !== "closed") this.context.close();
  }

  file() {
    return wav(this.blocks, this.context.sampleRate);
  }
}

function element(parent, tag, classes, attributes = {}) {
  const made = document.createElement(tag);
  made.className = classes;
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  parent.appendChild(made);
  return made;
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function render({ model, el }) {
  const box = element(el, "div", "lipsync-mic");
  const button = element(box, "button", "lipsync-mic-button", { type: "button" });
  const dot = element(button, "span", "lipsync-mic-dot", { "aria-hidden": "true" });
  const label = element(button, "span", "");
  const meter = element(box, "div", "lipsync-mic-meter", { "aria-hidden": "true" });
  const bar = element(meter, "div", "lipsync-mic-level");
  const time = element(box, "span", "lipsync-mic-time", { dir: "ltr" });
  const status = element(box, "div", "lipsync-mic-status", { role: "status" });
  const player = element(box, "audio", "lipsync-mic-player", { controls: "" });
  let recorder = null;
  let asked = 0; // a start that was overtaken by another press must not go on

  const say = (state) => {
    model.set("state", state);
    model.save_changes();
  };

  const paint = () => {
    const [state, texts] = [model.get("state"), model.get("texts")];
    box.dir = model.get("rtl") ? "rtl" : "ltr";
    box.dataset.state = state;
    label.textContent = texts[state === "recording" ? "stop" : state === "done" ? "again" : "record"] || "";
    status.textContent = texts[state] || "";
    button.disabled = state === "asking";
    player.hidden = state !== "done";
    meter.hidden = time.hidden = state !== "recording";
  };

  const play = () => {
    if (player.src) URL.revokeObjectURL(player.src);
    player.removeAttribute("src");
    const recording = model.get("recording");
    if (recording && recording.byteLength) {
      player.src = URL.createObjectURL(new Blob([recording], { type: "audio/wav" }));
    }
  };

  const finish = () => {
    const ended = recorder;
    recorder = null;
    ended.stop();
    model.set("recording", ended.file());
    say("done");
  };

  const begin = async () => {
    const mine = ++asked;
    const fresh = new Recorder(model.get("limit_s"), (seconds, level, full) => {
      time.textContent = `${clock(seconds)} / ${clock(model.get("limit_s"))}`;
      bar.style.width = `${Math.max(0, Math.min(100, ((level + 60) / 60) * 100))}%`; // -60 dBFS to 0
      if (full) finish();
    });
    say("asking");
    try {
      await fresh.start();
    } catch (error) {
      fresh.stop();
      if (mine === asked) say(why(error));
      return;
    }
    if (mine !== asked) {
      fresh.stop();
      return;
    }
    recorder = fresh;
    say("recording");
  };

  const press = () => (recorder ? finish() : begin());
  button.addEventListener("click", press);
  ["state", "texts", "rtl"].forEach((name) => model.on(`change:${name}`, paint));
  model.on("change:recording", play);
  // A page that is loaded again finds a model that may still say "recording", but nobody records.
  if (["asking", "recording"].includes(model.get("state"))) say("idle");
  play();
  paint();

  return () => {
    asked += 1;
    if (recorder) recorder.stop();
    if (player.src) URL.revokeObjectURL(player.src);
    ["state", "texts", "rtl"].forEach((name) => model.off(`change:${name}`, paint));
    model.off("change:recording", play);
  };
}

export default { render };
