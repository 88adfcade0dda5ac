/** Entry of the pages of plans: the list, and the editor. */

import "../style/planning.css";
import { byId } from "../dom";
import { setMessages } from "../i18n";
import { openEditor } from "./editor";
import { openList } from "./list";

interface Config {
  lang: string;
  messages: Record<string, string>;
  plan: string | null;
}

function start(): void {
  const config = JSON.parse(byId("pl-config").textContent ?? "{}") as Config;
  setMessages(config.messages, config.lang);
  if (config.plan) void openEditor(config.plan);
  else void openList();
}

start();
