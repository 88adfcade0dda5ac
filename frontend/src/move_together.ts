/** Two maps of one size that move as one. */

import type * as L from "leaflet";

interface Moved {
  _rawPanBy(offset: L.Point): void;
}

/** Let two maps of one size move as one; the answer ends it. */
export function moveTogether(first: L.Map, second: L.Map): () => void {
  let busy = false;
  const together = (leader: L.Map, follower: L.Map): (() => void) => {
    const lead = (act: () => void) => (): void => {
      if (busy) return;
      busy = true;
      act();
      busy = false;
    };
    const move = lead(() => {
      if (leader.getZoom() !== follower.getZoom()) follower.setView(leader.getCenter(), leader.getZoom(), { animate: false });
      else {
        // As a drag does: what is drawn moves along, and is drawn anew at the end alone.
        const ahead = follower.latLngToContainerPoint(leader.getCenter()).subtract(follower.getSize().divideBy(2));
        (follower as unknown as Moved)._rawPanBy(ahead.round());
        follower.fire("move");
      }
    });
    const rest = lead(() => follower.fire("moveend"));
    leader.on("move", move).on("moveend", rest);
    return () => void leader.off("move", move).off("moveend", rest);
  };
  const ends = [together(first, second), together(second, first)];
  return () => ends.forEach((end) => end());
}
