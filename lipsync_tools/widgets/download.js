// Asks Python for a file, piece by piece, and saves it.

function render({ model, el }) {
  const box = document.createElement("div");
  const button = document.createElement("button");
  const note = document.createElement("span");
  box.className = "lipsync-download";
  button.type = "button";
  note.setAttribute("role", "status");
  box.append(button, note);
  el.appendChild(box);
  let pieces = null; // while a file is on its way

  const paint = () => {
    box.dir = model.get("rtl") ? "rtl" : "ltr";
    button.textContent = `↓ ${model.get("label")}`;
    button.disabled = !model.get("file_name") || pieces !== null;
  };

  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(pieces, { type: "application/octet-stream" }));
    link.download = model.get("file_name");
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  const receive = (message, buffers) => {
    if (pieces === null || message.piece !== pieces.length) return; // another view's
    if (message.of) pieces.push(buffers[0]);
    else note.textContent = model.get("failed");
    if (pieces.length < message.of) {
      model.send({ piece: pieces.length });
      return;
    }
    if (message.of) save();
    pieces = null;
    paint();
  };

  button.addEventListener("click", () => {
    pieces = [];
    note.textContent = "";
    paint();
    model.send({ piece: 0 });
  });
  ["label", "file_name", "rtl"].forEach((name) => model.on(`change:${name}`, paint));
  model.on("msg:custom", receive);
  paint();
  return () => {
    ["label", "file_name", "rtl"].forEach((name) => model.off(`change:${name}`, paint));
    model.off("msg:custom", receive);
  };
}

export default { render };
