# Shared by check and test: stages that are counted and do not stop each other.
export TALLY NO_COLOR=1 FORCE_COLOR=0
TALLY=$(mktemp)
started=$(date +%s)

stage() { printf '\n== %s (%ds)\n' "$1" $(($(date +%s) - started)); }

# check NAME COMMAND…: a check that is not made of tests counts as one.
check() {
  local name=$1 status=0
  shift
  stage "$name"
  "$@" || status=$?
  node scripts/tally.mjs check "$name" "$status" || true
}

go_tests() { # go_tests FLAG…
  stage "go test $*"
  # A test that waits for input, a colour terminal or the developer's settings would not be the same everywhere.
  { go test -json "$@" ./... </dev/null || true; } | node scripts/tally.mjs go || true
}

vitest() { # vitest FOLDER
  stage "Vitest in $1"
  local report
  report=$(mktemp)
  (cd "$1" && npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="$report") </dev/null || true
  if [ -s "$report" ]; then
    node scripts/tally.mjs vitest "$report" || true
  else
    node scripts/tally.mjs check vitest 1 || true
  fi
  rm -f "$report"
}

formatted() {
  local files
  files=$(gofmt -l cmd internal tools)
  [ -z "$files" ] || { printf 'not formatted, run gofmt -w on:\n%s\n' "$files"; return 1; }
}

finish() { # prints the counts, the total last; its status is the run's
  stage result
  local status=0
  node scripts/tally.mjs sum || status=$?
  rm -f "$TALLY"
  return $status
}
