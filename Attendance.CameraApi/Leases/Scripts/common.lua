-- Before every script. All keys of a camera share the hash tag of its scope, so a script stays on one cluster slot.

local FORGOTTEN_AFTER = 90 * 24 * 60 * 60 * 1000 -- of a camera that nobody uses: tokens are times, so they grow all the same
local GARBAGE_AFTER = 24 * 60 * 60 * 1000 -- a deadline ends a lease; this only clears what nobody came back for
local LONGEST_RELEASE = 4 * 1000 -- from the end of a lease until its camera is free, at most

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function int(number)
  return string.format('%.0f', number)
end

-- The times are the store's own. detail comes encoded as JSON.
local function record(ledger, lease_ref, acquired_at, ended_at, reason, detail, node, token)
  local entry = '{"lease_ref":"' .. lease_ref .. '","acquired_at":' .. acquired_at .. ',"ended_at":' .. int(ended_at) ..
    ',"reason":"' .. reason .. '","detail":' .. detail .. ',"node":"' .. node .. '","fencing_token":' .. token .. '}'
  if redis.call('LPUSH', ledger, entry) > 500 then
    redis.call('LTRIM', ledger, 0, 499)
  end
  redis.call('PEXPIRE', ledger, int(FORGOTTEN_AFTER))
end

-- Only asked when an entry is gone: had the lease ended, or did the store lose it?
local function recorded(ledger, lease_ref)
  for _, entry in ipairs(redis.call('LRANGE', ledger, 0, 499)) do
    if string.find(entry, '"lease_ref":"' .. lease_ref .. '"', 1, true) then
      return true
    end
  end
  return false
end

local function write(camera, deadlines, camera_id, lease_id, lease_ref, session, node, ttl, token, acquired_at, deadline)
  redis.call('HSET', camera, 'lease_id', lease_id, 'lease_ref', lease_ref, 'session', session, 'node', node,
    'ttl', ttl, 'token', token, 'acquired_at', acquired_at, 'deadline', int(deadline))
  redis.call('PEXPIRE', camera, int(GARBAGE_AFTER))
  redis.call('ZADD', deadlines, int(deadline), camera_id)
end
