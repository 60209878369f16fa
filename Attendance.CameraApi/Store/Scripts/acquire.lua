-- KEYS camera, deadlines, ledger
-- ARGV camera_id, the lease as "<lease_id> <lease_ref> <session> <node>", ttl_ms, the newest token that the caller has seen
-- If the camera is granted, returns its held entry, or only the token if the token is also the time at which it was acquired.
-- If another session may still have the camera, returns for how many ms, and at which node.
-- In a shared scope, another node keeps the camera until its deadline and then for LONGEST_RELEASE, the longest time that a release takes.
-- A new token is no lower than the clock, and higher than the last token and than what the caller has seen: any two of them may be lost or wrong.
local camera, deadlines, ledger = KEYS[1], KEYS[2], KEYS[3]
local camera_id, lease, ttl, seen = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local held = redis.call('GET', camera)
local last = tonumber(held or 0)
local deadline = int(now + ttl)
if not last then
  local lease_id, lease_ref, session, node, ttl_then, since, until_then, token = string.match(held, HELD)
  if token then
    local asks, at = string.match(lease, '(%S+) (%S+)$')
    local margin = node == at and 0 or LONGEST_RELEASE
    if session == asks and node == at then
      held = table.concat({ lease_id, lease_ref, session, at, ttl, since, deadline, token }, ' ')
      redis.call('SET', camera, held, 'KEEPTTL')
      redis.call('ZADD', deadlines, deadline, camera_id)
      return held
    end
    if until_then + margin > now then
      return { math.min(until_then - now, tonumber(ttl_then)) + margin, node }
    end
    record(ledger, facts_of(since, token, lease_ref, 'expired', 'null', node))
  end
  last = tonumber(token or 0)
end
local token = math.max(last + 1, seen + 1, now)
held = lease .. ' ' .. ttl .. ' ' .. now_text .. ' ' .. deadline .. ' ' .. (token == now and now_text or int(token))
if last - last % A_DAY == now - now % A_DAY then -- the last token, which is a time, is of the same day
  redis.call('SET', camera, held, 'KEEPTTL')
else
  redis.call('SET', camera, held, 'PX', FORGOTTEN_AFTER)
  redis.call('PEXPIRE', ledger, FORGOTTEN_AFTER)
end
redis.call('ZADD', deadlines, deadline, camera_id)
return token == now and now or held
