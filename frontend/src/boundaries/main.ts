/** Entry of the page on which boundaries are imported and repaired. */

import "../style/boundaries.css";
import { byId } from "../dom";
import { setMessages } from "../i18n";
import { RepairQueue } from "./repairs";
import { Wizard } from "./wizard";

type Tab = "import" | "repairs";

const TABS: Tab[] = ["import", "repairs"];

function open(tab: Tab): void {
  byId("bd-import").hidden = tab !== "import";
  byId("bd-repairs").hidden = tab !== "repairs";
  byId("bd-tab-import").setAttribute("aria-selected", String(tab === "import"));
  byId("bd-tab-repairs").setAttribute("aria-selected", String(tab === "repairs"));
  byId("bd-tab-import").tabIndex = tab === "import" ? 0 : -1;
  byId("bd-tab-repairs").tabIndex = tab === "repairs" ? 0 : -1;
  byId("bd-problem").hidden = true;
  history.replaceState(null, "", tab === "repairs" ? "#repairs" : "#import");
}

function tabOf(target: EventTarget | null): Tab | undefined {
  return TABS.find((tab) => (target as HTMLElement | null)?.id === `bd-tab-${tab}`);
}

function start(): void {
  const config = JSON.parse(byId("bd-config").textContent ?? "{}") as { lang: string; messages: Record<string, string> };
  setMessages(config.messages, config.lang);
  const asked = new URLSearchParams(location.search);
  const queue = new RepairQueue(asked.get("as_of") ?? "", asked.get("level") ?? "commune");
  const show = (tab: Tab): void => {
    open(tab);
    if (tab === "repairs") void queue.load();
  };
  new Wizard((as_of, level) => {
    queue.turnTo(as_of, level);
    show("repairs");
  }).draw();
  const tabs = byId("bd-tab-import").parentElement as HTMLElement;
  tabs.addEventListener("click", (event) => {
    const tab = tabOf(event.target);
    if (tab) show(tab);
  });
  tabs.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = tabOf(event.target) === "import" ? "repairs" : "import";
    show(other);
    byId(other === "import" ? "bd-tab-import" : "bd-tab-repairs").focus();
  });
  if (location.hash === "#repairs") show("repairs");
}

start();
