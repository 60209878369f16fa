-- KEYS camera, deadlines, ledger
-- ARGV camera_id, the lease as "<lease_id> <lease_ref> <session> <node>", ttl_ms, the newest token that the caller has seen, mode
-- If the camera is granted, returns the lease's line, or only the token if the token is also the time at which it was acquired.
-- If another session may still have the camera, returns for how many ms, and at which node.
-- Shared leases are granted beside each other, but only at one node.
-- In a shared scope, another node keeps the camera until its deadline and then for LONGEST_RELEASE, the longest time that a release takes.
-- A new token is no lower than the clock, and higher than the last token and than what the caller has seen: any two of them may be lost or wrong.
local camera, deadlines, ledger = KEYS[1], KEYS[2], KEYS[3]
local camera_id, lease, ttl, seen, is_shared = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5] == 'shared'
local held = redis.call('GET', camera)
local last = tonumber(held or 0)
local deadline = int(now + ttl)
local beside = {}
if not last then
  local asks, at = string.match(lease, '(%S+) (%S+)$')
  local lease_id, lease_ref, session, node, ttl_then, since, until_then, token = string.match(held, HELD)
  if token then
    local margin = node == at and 0 or LONGEST_RELEASE
    if session == asks and node == at and not is_shared then
      held = table.concat({ lease_id, lease_ref, session, at, ttl, since, deadline, token }, ' ')
      redis.call('SET', camera, held, 'KEEPTTL')
      redis.call('ZADD', deadlines, deadline, camera_id)
      return held
    end
    if until_then + margin > now then
      return { math.min(until_then - now, tonumber(ttl_then)) + margin, node }
    end
    record(ledger, facts_of(since, token, lease_ref, 'expired', 'null', node, 'exclusive'))
    last = tonumber(token)
  else
    local leases, newest = shared_leases(held)
    local own, busy_for, busy_at
    for _, other in ipairs(leases or {}) do
      local margin = other.node == at and 0 or LONGEST_RELEASE
      if is_shared and other.session == asks and other.node == at then
        other.ttl, other.deadline, own = ttl, now + ttl, other
        beside[#beside + 1] = other
      elseif other.deadline + margin > now then
        if not is_shared or other.node ~= at then
          busy_for = math.max(busy_for or 0, math.min(other.deadline - now, tonumber(other.ttl)) + margin)
          busy_at = other.node
        end
        beside[#beside + 1] = other
      else
        record(ledger, facts_of(other.since, other.token, other.ref, 'expired', 'null', other.node, 'shared'))
      end
    end
    last = newest or 0
    if own or busy_at then
      write_shared(camera, deadlines, camera_id, beside, last)
      return own and line_of(own) or { busy_for, busy_at }
    end
  end
end
local token = math.max(last + 1, seen + 1, now)
local text = token == now and now_text or int(token)
if is_shared then
  local lease_id, lease_ref, session, node = string.match(lease, '^(%S+) (%S+) (%S+) (%S+)$')
  held = { id = lease_id, ref = lease_ref, session = session, node = node, ttl = ttl, since = now_text, deadline = now + ttl, token = text }
  beside[#beside + 1] = held
  write_shared(camera, deadlines, camera_id, beside, token)
  redis.call('PEXPIRE', ledger, FORGOTTEN_AFTER)
  return token == now and now or line_of(held)
end
held = lease .. ' ' .. ttl .. ' ' .. now_text .. ' ' .. deadline .. ' ' .. text
if last - last % A_DAY == now - now % A_DAY then -- the last token, which is a time, is of the same day
  redis.call('SET', camera, held, 'KEEPTTL')
else
  redis.call('SET', camera, held, 'PX', FORGOTTEN_AFTER)
  redis.call('PEXPIRE', ledger, FORGOTTEN_AFTER)
end
redis.call('ZADD', deadlines, deadline, camera_id)
return token == now and now or held
