-- Prepended to every script. All keys of a camera share the hash tag of its scope, so a script stays on one cluster slot.
--
-- The store's entry for a camera is one string, so that a change is one read and one write:
--   held    <lease_id> <lease_ref> <session> <node> <ttl> <acquired_at> <deadline> <token>
--   shared  shared <token>, the last token that was granted, and then a line like the one above for each lease, all of one node
--   free    <token>, the last token that was granted
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
local function facts_of(acquired_at, token, lease_ref, reason, detail, node, mode)
  return '"acquired_at":' .. acquired_at .. ',"fencing_token":' .. token .. ',"lease_ref":"' .. lease_ref .. '","reason":"' .. reason ..
    '","detail":' .. detail .. ',"mode":"' .. mode .. '","node":"' .. node .. '"}'
end

-- Called only for a lease that is not held. Returns whether the ledger has the lease (if so, it ended; if not, the store lost it), the
-- highest token in the ledger, and the highest one that was not of a shared lease.
local function recorded(ledger, lease_ref)
  local found, newest, newest_exclusive = false, 0, 0
  for _, line in ipairs(redis.call('LRANGE', ledger, '0', '499')) do
    local token = tonumber(string.match(line, '"fencing_token":(%d+)') or 0)
    found = found or string.find(line, '"lease_ref":"' .. lease_ref .. '"', 1, true) ~= nil
    newest = math.max(newest, token)
    if not string.find(line, '"mode":"shared"', 1, true) then
      newest_exclusive = math.max(newest_exclusive, token)
    end
  end
  return found, newest, newest_exclusive
end

-- Returns the leases of a shared entry and the last token that was granted; nothing if the entry is another one.
local function shared_leases(entry)
  local last = entry and string.match(entry, '^shared (%d+)\n')
  if not last then
    return nil, nil
  end
  local leases = {}
  for line in string.gmatch(entry, '\n([^\n]+)') do
    local lease_id, lease_ref, session, node, ttl, since, deadline, token = string.match(line, HELD)
    if token then
      leases[#leases + 1] =
        { id = lease_id, ref = lease_ref, session = session, node = node, ttl = ttl, since = since, deadline = tonumber(deadline), token = token }
    end
  end
  return leases, tonumber(last)
end

local function line_of(lease)
  return table.concat({ lease.id, lease.ref, lease.session, lease.node, lease.ttl, lease.since, int(lease.deadline), lease.token }, ' ')
end

-- Writes the entry of a camera that has these shared leases, or of a free camera if it has none.
local function write_shared(camera, deadlines, camera_id, leases, last)
  if #leases == 0 then
    redis.call('SET', camera, int(last), 'PX', FORGOTTEN_AFTER)
    redis.call('ZREM', deadlines, camera_id)
    return
  end
  local entry, first = { 'shared ' .. int(last) }, leases[1].deadline
  for _, lease in ipairs(leases) do
    entry[#entry + 1] = line_of(lease)
    first = math.min(first, lease.deadline)
  end
  redis.call('SET', camera, table.concat(entry, '\n'), 'PX', FORGOTTEN_AFTER)
  redis.call('ZADD', deadlines, int(first), camera_id)
end
