// @ts-check
import { known } from "./elements.js";

known("refused", HTMLElement).hidden = !new URLSearchParams(location.search).has("refused");
