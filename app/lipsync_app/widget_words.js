// Streamlit's own words, which it has in English only, in the page's language: what is seen, and what is read aloud.
// The page has one observer; a run of the script in another language gives it other rules.
(window.widgetWords ??= (() => {
  const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt"];
  const GAPS = { "{}": "(.+)", "{n}": "([\\d.]+)" };
  const told = new WeakMap(); // node -> place in it -> [English, what stands there instead]
  let rules = [];

  const pattern = (english) => {
    const parts = english.split(/(\{n?\})/).map((part) => GAPS[part] ?? part.replace(/[.*+?^$()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join("")}$`);
  };

  const translated = (english) => {
    for (const [found, words] of rules) {
      const gaps = found.exec(english)?.slice(1);
      if (gaps) return words.replace(/\{n?\}/g, () => translated(gaps.shift()));
    }
    return english;
  };

  const say = (node, place, now, put) => {
    const places = told.get(node) ?? {};
    const [before, instead] = places[place] ?? [];
    const english = now === instead ? before : now.trim();
    const words = translated(english);
    if (words === (now === instead ? now : english)) return;
    told.set(node, { ...places, [place]: [english, words] });
    put(words);
  };

  const sayText = (text) => {
    if (!text.data.trim() || text.parentElement?.closest("textarea, script, style")) return;
    say(text, "text", text.data, (words) => (text.data = words));
  };

  const sayAttribute = (element, name) => {
    const now = element.getAttribute(name);
    if (now) say(element, name, now, (words) => element.setAttribute(name, words));
  };

  const sayAll = (node) => {
    if (node.nodeType === Node.TEXT_NODE) sayText(node);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    ATTRIBUTES.forEach((name) => sayAttribute(node, name));
    node.childNodes.forEach(sayAll);
  };

  new MutationObserver((changes) => {
    for (const { type, target, attributeName, addedNodes } of changes) {
      if (type === "characterData") sayText(target);
      else if (type === "attributes") sayAttribute(target, attributeName);
      else addedNodes.forEach(sayAll);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: ATTRIBUTES });

  return (table) => {
    rules = Object.entries(table).map(([english, words]) => [pattern(english), words]);
    sayAll(document.body);
  };
})())
