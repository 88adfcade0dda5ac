/** Entry of the part: it leaves its maker on the page, which has been waiting for it. */

import "../style/hotspots.css";
import "../style/hotspot_results.css";
import type { Antt } from "../hotspot_part";
import { HotspotDesk } from "./desk";

(window as unknown as { antt: Antt }).antt.hotspots = (host) => new HotspotDesk(host);
