/** Preload of threads that run from the sources (tests, scripts): tsx's own preload does nothing for import() in a thread. */
import { register } from "tsx/esm/api";

register();
