-- Prepended to every script. All keys of a camera share the hash tag of its scope, so a script stays on one cluster slot.
--
-- The store's entry for a camera is one string, so that a change is one read and one write:
--   held  <lease_id> <lease_ref> <session> <node> <ttl> <acquired_at> <deadline> <token>
--   free  <token>, the last token that was granted
-- Any other text was not written by these scripts, and the camera counts as free.
-- Arguments of commands are already text, because converting a number to text costs half as much as a command.

local FORGOTTEN_AFTER = '7776000000' -- 90 days without use of the camera; tokens are times, so they still grow afterwards
local A_DAY = 24 * 60 * 60 * 1000
local HELD = '^(%S+) (%S+) (%S+) (%S+) (%d+) (%d+) (%d+) (%d+)$'
local LONGEST_RELEASE = 4000 -- the longest time from the end of a lease until its camera is free

local function int(number)
  return string.format('%d', number)
end

-- The store's own time, in ms since 1970.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local now_text = int(now)

-- Adds an entry to a ledger. The list is trimmed only now and then, because readers ask for at most 500 entries.
local function record(ledger, facts)
  local length = redis.call('LPUSH', ledger, '{"ended_at":' .. now_text .. ',' .. facts)
  if length == 1 then
    redis.call('PEXPIRE', ledger, FORGOTTEN_AFTER) -- afterwards, acquire renews it together with the camera's own
  elseif length > 600 then
    redis.call('LTRIM', ledger, '0', '499')
  end
end

-- Returns the rest of a ledger entry, as JSON; detail is encoded already. A node that releases a lease sends the same format.
local function facts_of(acquired_at, token, lease_ref, reason, detail, node)
  return '"acquired_at":' .. acquired_at .. ',"fencing_token":' .. token .. ',"lease_ref":"' .. lease_ref .. '","reason":"' .. reason ..
    '","detail":' .. detail .. ',"node":"' .. node .. '"}'
end

-- Called only for a lease that is not held. Returns whether the ledger has the lease (if so, it ended; if not, the store lost it), and the
-- highest token in the ledger.
local function recorded(ledger, lease_ref)
  local found, newest = false, 0
  for _, line in ipairs(redis.call('LRANGE', ledger, '0', '499')) do
    found = found or string.find(line, '"lease_ref":"' .. lease_ref .. '"', 1, true) ~= nil
    newest = math.max(newest, tonumber(string.match(line, '"fencing_token":(%d+)') or 0))
  end
  return found, newest
end
