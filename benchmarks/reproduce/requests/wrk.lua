-- Each thread counts its own; done() runs in another.
local threads = {}
hits = 0

function setup(thread)
  table.insert(threads, thread)
end

function response(status, headers, body)
  if string.find(body, "cancel scope", 1, true) then
    hits = hits + 1
  end
end

function done(summary, latency, requests)
  local all = summary.errors.status
  for _, thread in ipairs(threads) do
    all = all + thread:get("hits")
  end
  print("hits " .. all)
end
