#!/usr/bin/env bash
# A NIPA test: copy the folder to tests/patch/. NIPA runs it in a tree with the patch applied; mmreview answers in NIPA's
# exit codes (0, 250 for a warning, else a failure) and writes its one line to DESC_FD.
exec ${MMREVIEW:-mmreview} --tree . --no-config --no-waivers --no-progress --format nipa HEAD~1..HEAD
