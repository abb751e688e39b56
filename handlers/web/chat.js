"use strict";
// The web chat. What a person types or taps goes out by POST under an id of its own and is kept until the server has
// confirmed it; answers come in over an event stream under the ids of their rows. No text ever becomes markup.
(() => {
  const WORDS = JSON.parse(document.body.dataset.words);
  const $ = (id) => document.getElementById(id);
  const log = $("log"), form = $("say"), field = $("text"), banner = $("banner"), typing = $("typing"), other = $("other");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const STORE = "motcua-lines"; // own lines live in this tab only: the server empties what it was sent
  const LINES_MOST = 200, TYPING_MS = 400, LOST_MS = 1500, SILENT_MS = 8000, ANSWER_MS = 10000, RETRY_MOST_S = 30;

  let language = document.documentElement.lang, said = WORDS[language];
  let lines = []; // {id, kind, text, shown, after, state}; state: waiting, sent, or the word that says why not
  try { lines = JSON.parse(sessionStorage.getItem(STORE)) || []; } catch { /* then they last as long as the page */ }
  const restored = lines.filter((line) => line.shown); // own lines of before a reload, not yet on the screen
  let last = 0, session = "", isReady = false, isPosting = false, asked = 0, unread = 0, tries = 0, blocked = 0;
  let source = null, anchor = null, lostTimer = 0, typingTimer = 0, silentTimer = 0, postTimer = 0;

  // ---- showing
  function make(tag, className = "", text = "") {
    return Object.assign(document.createElement(tag), { className, textContent: text });
  }

  function speak(to) {
    if (!WORDS[to] || to === language) return;
    language = document.documentElement.lang = to;
    said = WORDS[to];
    for (const node of document.querySelectorAll("[data-word]")) node.textContent = said[node.dataset.word];
    log.setAttribute("aria-label", said.log);
    field.placeholder = said.placeholder;
    other.lang = other.hreflang = to === "vi" ? "en" : "vi";
    other.href = "/chat?lang=" + other.lang;
    title(unread);
  }

  function title(count) {
    unread = count;
    document.title = (unread ? said.unread.replace("{}", unread) + " – " : "") + said.title;
  }

  function piece(part) {
    let node = document.createTextNode(part.t);
    const tags = ["b", "i"].filter((mark) => part[mark]);
    if (part.a && /^(https?|tel|mailto):/i.test(part.a)) tags.push("a");
    for (const tag of tags) {
      const outer = make(tag);
      outer.append(node);
      node = outer;
      if (tag === "a") Object.assign(node, { href: part.a, rel: "noopener noreferrer", target: "_blank" });
    }
    return node;
  }

  function message(className, speaker) {
    const made = make("div", "message " + className);
    made.append(make("span", "unseen", speaker + " "));
    return made;
  }

  function showReply(reply) {
    const box = message("reply", said.bot), card = make("div", "card");
    if (reply.language) box.lang = reply.language;
    for (const parts of reply.lines.filter((parts) => parts.length)) {
      const line = make("p", look(parts, !card.hasChildNodes()));
      line.append(...parts.map(piece));
      card.append(line);
    }
    for (const { name, href } of reply.files) {
      card.appendChild(make("p")).append(Object.assign(make("a", "", "📎 " + name), { href, download: name }));
    }
    box.append(card);
    if (reply.buttons.length) box.append(choices(reply.buttons));
    put(box, false);
  }

  // How a line looks: a warning, an item of a list, a title, the title of a part.
  function look(parts, isFirst) {
    const text = parts[0].t;
    if (text.startsWith("⚠")) return "note";
    if (/^(•|\d+\.) /.test(text)) return "item";
    if (!parts[0].b || text.endsWith(":")) return "";
    return isFirst ? "head" : parts.length === 1 ? "part" : "";
  }

  function choices(rows) {
    const group = make("div", "choices");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", said.choices);
    for (const row of rows) {
      group.append(make("div", "row"));
      group.lastChild.append(...row.map(({ label, action }) => choice(label, action)));
    }
    return group;
  }

  function choice(label, action) {
    const button = Object.assign(make("button", "", label), { type: "button" });
    button.onclick = () => {
      if (button.getAttribute("aria-disabled")) return;
      button.setAttribute("aria-disabled", "true"); // a button that is really disabled would lose the keyboard's focus
      say("tap", action, label);
    };
    return button;
  }

  function showOwn(line) {
    const box = message("own", said.you);
    box.id = "line-" + line.id;
    box.append(make("p", "bubble", line.shown), make("p", "state"));
    put(box, true);
    mark(line);
  }

  function mark(line, why = said[line.state] || "") {
    const box = $("line-" + line.id);
    if (!box) return;
    box.querySelector(".state").textContent = why;
    box.classList.toggle("unsent", line.state !== "sent");
  }

  // Adds a message and brings what belongs together into view: what was asked, and below it the answer's beginning.
  function put(box, isOwn) {
    const page = document.documentElement;
    const isNear = page.scrollHeight - scrollY - innerHeight < 160;
    log.append(box);
    if (isOwn) asked = Date.now();
    const isAnswer = Date.now() - asked < ANSWER_MS;
    if (isOwn || !anchor || !isAnswer) anchor = box;
    if (isReady && (isAnswer || isNear)) show();
  }

  function show() {
    if (!anchor) return;
    const header = document.querySelector("header");
    const above = getComputedStyle(header).position === "sticky" ? header.offsetHeight : 0;
    const top = anchor.getBoundingClientRect().top + scrollY - above - 16;
    scrollTo({ top, behavior: calm.matches || document.hidden ? "auto" : "smooth" });
  }

  function awaiting(isAwaited) {
    clearTimeout(typingTimer);
    clearTimeout(silentTimer);
    typing.textContent = "";
    if (!isAwaited) return;
    typingTimer = setTimeout(() => { typing.textContent = said.typing; }, TYPING_MS);
    silentTimer = setTimeout(connect, SILENT_MS); // the stream may be dead without knowing it
  }

  // ---- out: one after the other, each until it is confirmed
  function say(kind, text, shown) {
    const line = { id: uuid(), kind, text, shown, after: last, state: "waiting" };
    lines.push(line);
    save();
    if (shown) showOwn(line);
    post();
  }

  function save() {
    lines = lines.slice(-LINES_MOST);
    try { sessionStorage.setItem(STORE, JSON.stringify(lines)); } catch { /* see above */ }
  }

  function uuid() { // crypto.randomUUID is missing where the page is served without TLS
    const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0"));
    return hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  async function post() {
    clearTimeout(postTimer);
    const line = lines.find(({ state }) => state === "waiting");
    if (isPosting || !isReady || !line) return;
    isPosting = true;
    let pause = 0;
    try {
      const body = JSON.stringify({ id: line.id, kind: line.kind, text: line.text });
      const headers = { "Content-Type": "application/json" };
      pause = await settle(line, last, await fetch("/chat/messages", { method: "POST", headers, body }));
    } catch {
      pause = backOff();
      mark(line, said.resending);
    }
    isPosting = false;
    if (pause) postTimer = setTimeout(post, pause * 1000);
    else post();
  }

  // Records how the server answered, perhaps after the reply; gives the seconds until the line is sent again, or 0.
  async function settle(line, before, answer) {
    const told = await answer.json().catch(() => ({}));
    const pause = Number(answer.headers.get("Retry-After"));
    if (answer.status === 429 || answer.status >= 500) {
      mark(line, answer.status === 429 ? said.slow.replace("{}", pause) : said.resending);
      return pause || backOff();
    }
    if (told.error === "session" && ++blocked < 3) {
      connect(); // the cookie is gone: the stream brings another one
      return 1;
    }
    const refusals = { session: "no_cookie", size: "too_long" };
    line.state = answer.ok ? "sent" : refusals[told.error] || "refused";
    tries = blocked = 0;
    save();
    mark(line);
    if (answer.status === 202 && last === before) awaiting(true);
    if (answer.ok && told.session !== session) connect(); // another tab made the session that our cookie now names
    return 0;
  }

  function backOff() {
    tries = Math.min(tries + 1, 5);
    return Math.min(2 ** tries, RETRY_MOST_S) * (0.5 + Math.random() / 2);
  }

  // ---- in: what this session was told, from behind the last row that we saw
  function connect() {
    if (source) source.close();
    source = new EventSource("/chat/events?after=" + last);
    source.addEventListener("ready", (event) => ready(JSON.parse(event.data)));
    source.addEventListener("reply", (event) => {
      const id = Number(event.lastEventId), reply = JSON.parse(event.data);
      if (!(id > last)) return; // shown already
      while (restored.length && restored[0].after < id) showOwn(restored.shift());
      last = id;
      if (isReady && reply.language) speak(reply.language);
      showReply(reply);
      awaiting(false);
      if (document.hidden && isReady) title(unread + 1);
    });
    source.onerror = () => {
      if (!lostTimer) lostTimer = setTimeout(() => { banner.textContent = said.offline; }, LOST_MS);
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, backOff() * 1000);
    };
  }

  function ready(told) {
    clearTimeout(lostTimer);
    lostTimer = tries = 0;
    banner.textContent = "";
    session = told.session;
    if (!isReady) begin(told.language || "vi");
    post();
  }

  function begin(spoken) {
    for (const line of restored.splice(0)) showOwn(line);
    show();
    isReady = true;
    log.setAttribute("aria-live", "polite");
    const asked = new URLSearchParams(location.search), wanted = asked.get("lang");
    const linked = /^[\w-]{1,64}$/.exec(asked.get("start") || ""); // as a QR code on a poster carries it
    if (wanted || linked) history.replaceState(null, "", "/chat");
    if (WORDS[wanted] && wanted !== spoken) say("tap", WORDS[spoken].other_action, "");
    else speak(spoken);
    if (linked) say("text", "/start " + linked[0], "");
    else if (!last && !lines.some(({ state, shown }) => state === "waiting" && shown)) say("text", "/start", "");
  }

  // ---- the page
  function grow() {
    field.style.height = "auto";
    field.style.height = field.scrollHeight + 2 + "px"; // and its border
  }

  form.onsubmit = (event) => {
    event.preventDefault();
    const text = field.value.normalize("NFC").trim();
    if (text) say("text", text, text);
    field.value = "";
    grow();
    field.focus();
  };
  field.oninput = grow;
  field.onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return; // composing: an input method is at work
    event.preventDefault();
    form.requestSubmit();
  };
  other.onclick = (event) => {
    event.preventDefault();
    say("tap", said.other_action, said.other);
  };
  $("end").onclick = async () => {
    if (!confirm(said.end_ask)) return;
    const answer = await fetch("/chat/end", { method: "POST" }).catch(() => ({ ok: false }));
    if (!answer.ok) return void (banner.textContent = said.offline);
    lines = [];
    save();
    location.replace("/chat");
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) title(0);
    if (!document.hidden && source.readyState === EventSource.CLOSED) connect();
  });
  addEventListener("offline", () => { banner.textContent = said.offline; });
  addEventListener("online", () => { connect(); post(); });

  form.hidden = false;
  connect();
})();
