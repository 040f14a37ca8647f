/** Setup of every test file: property tests start from one seed, so that a run can be repeated; MMREVIEW_SEED tries another. */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["MMREVIEW_SEED"] ?? 20_261_120) });
