/** Three things to try, on the first visit only. */

import { button, byId, h, refill } from "./dom";
import { t } from "./i18n";

const KEY = "antt.welcomed";

function seen(): boolean {
  try {
    return localStorage.getItem(KEY) === "1";
  } catch (refused) {
    if (refused instanceof DOMException) return true;
    throw refused;
  }
}

function remember(): void {
  try {
    localStorage.setItem(KEY, "1");
  } catch (refused) {
    // A browser that keeps nothing shows the card again next time; that does no harm.
    if (!(refused instanceof DOMException)) throw refused;
  }
}

/** Show the card unless it was put away before. */
export function welcome(things: { key: string; act: () => void }[]): void {
  const box = byId("antt-welcome");
  if (seen()) return;
  const close = (): void => {
    box.hidden = true;
    remember();
  };
  refill(
    box,
    h("h2", {}, t("welcome.title")),
    h(
      "ol",
      {},
      ...things.map(({ key, act }) =>
        h("li", {}, button(t(`welcome.${key}`), () => {
          close();
          act();
        }, { class: "button link" })),
      ),
    ),
    button(t("welcome.close"), close, { class: "button plain" }),
  );
  box.hidden = false;
  // The first deliberate act shows that the card is no longer needed.
  document.addEventListener("keydown", (event) => event.key === "Escape" && close(), { once: false });
  byId("antt-map").addEventListener("pointerdown", close, { once: true });
  byId("antt-search").addEventListener("input", close, { once: true });
  byId("antt-left").addEventListener("click", close, { once: true });
}
