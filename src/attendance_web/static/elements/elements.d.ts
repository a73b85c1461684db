/** The page's own elements by tag, for the check of types; nothing of it is served. */

import type { EventState } from "./event-state.js";
import type { CountDown } from "./count-down.js";
import type { CropPicture } from "./crop-picture.js";
import type { PersonFace } from "./person-face.js";
import type { TimeSince } from "./time-since.js";

declare global {
  interface HTMLElementTagNameMap {
    "event-state": EventState;
    "count-down": CountDown;
    "crop-picture": CropPicture;
    "person-face": PersonFace;
    "time-since": TimeSince;
  }
}
