-- Requests for wrk: an assignment of each known account in turn, or of a new account each time.
--
-- Arguments: the number of known accounts, or 0 for new ones; a name that makes the new accounts of a run unique.
-- The environment contains the token (TOKEN) and the body with %s for the account (BODY), so that neither is visible in
-- the list of processes.

local known, run, count = 0, "", 0
local requests = {}

local function assignment(account)
  return wrk.format("POST", nil, nil, string.format(os.getenv("BODY"), account))
end

function init(arguments)
  known, run = tonumber(arguments[1]), arguments[2]
  wrk.headers["Authorization"] = os.getenv("TOKEN")
  wrk.headers["Content-Type"] = "application/json"
  for number = 1, known do
    requests[number] = assignment(string.format("known-%08d.example", number))
  end
end

function request()
  count = count + 1
  if known > 0 then
    return requests[count % known + 1]
  end
  return assignment(string.format("%s-%08d.example", run, count))
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local line = '{"requests": %d, "microseconds": %d, "failed": %d, "median": %d, "slowest_hundredth": %d}\n'
  io.write(string.format(line, summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99)))
end
