-- Before every script. All keys of a camera share the hash tag of its scope, so a script stays on one cluster slot.
--
-- What the store has of a camera is one string, so that a change is one read and one write:
--   held  <lease_id> <lease_ref> <session> <node> <ttl> <acquired_at> <deadline> <token>
--   free  <token>, the last one that was granted
-- Anything else was written by somebody else, and holds nothing.
-- Whatever is sent to the store is text already: to turn a number into text costs half of what a command does.

local FORGOTTEN_AFTER = '7776000000' -- 90 days of a camera that nobody uses: tokens are times, so they grow all the same
local A_DAY = 24 * 60 * 60 * 1000
local HELD = '^(%S+) (%S+) (%S+) (%S+) (%d+) (%d+) (%d+) (%d+)$'
local LONGEST_RELEASE = 4000 -- from the end of a lease until its camera is free, at most

local function int(number)
  return string.format('%d', number)
end

-- The store's own time, in ms since 1970.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local now_text = int(now)

-- The list is trimmed now and then, for whoever reads it asks for 500.
local function record(ledger, facts)
  local length = redis.call('LPUSH', ledger, '{"ended_at":' .. now_text .. ',' .. facts)
  if length == 1 then
    redis.call('PEXPIRE', ledger, FORGOTTEN_AFTER) -- from then on renewed with the camera's own, by acquire
  elseif length > 600 then
    redis.call('LTRIM', ledger, '0', '499')
  end
end

-- The rest of what the ledger says of a lease, as JSON; detail comes encoded already. Who releases a lease sends the same.
local function facts_of(acquired_at, token, lease_ref, reason, detail, node)
  return '"acquired_at":' .. acquired_at .. ',"fencing_token":' .. token .. ',"lease_ref":"' .. lease_ref .. '","reason":"' .. reason ..
    '","detail":' .. detail .. ',"node":"' .. node .. '"}'
end

-- Only asked when a lease is not held: had it ended, or did the store lose it? And which is the highest token that ended?
local function recorded(ledger, lease_ref)
  local found, newest = false, 0
  for _, line in ipairs(redis.call('LRANGE', ledger, '0', '499')) do
    found = found or string.find(line, '"lease_ref":"' .. lease_ref .. '"', 1, true) ~= nil
    newest = math.max(newest, tonumber(string.match(line, '"fencing_token":(%d+)') or 0))
  end
  return found, newest
end
