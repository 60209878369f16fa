-- KEYS camera, deadlines, ledger
-- ARGV camera_id, the lease as "<lease_id> <lease_ref> <session> <node>", ttl_ms, token that the caller has seen
-- Answers what is held now, for which its token does where that is also when it was acquired; or for how many ms the camera may still be
-- another session's, and at which node.
-- A camera of a shared scope that another node had: it has its time, and as long again as a release may take.
-- A token grows over the last one, the clock and what the caller has seen: any two of them may be lost or wrong.
local now = now_ms()
local held = redis.call('GET', KEYS[1])
local last = tonumber(held or 0)
if not last then
  local lease_id, lease_ref, session, node, ttl, since, until_then, token = string.match(held, HELD)
  local asks, at = string.match(ARGV[2], '(%S+) (%S+)$')
  local margin = node == at and 0 or LONGEST_RELEASE
  if session == asks and node == at then
    local deadline = int(now + ARGV[3])
    held = table.concat({ lease_id, lease_ref, session, at, ARGV[3], since, deadline, token }, ' ')
    redis.call('SET', KEYS[1], held, 'KEEPTTL')
    redis.call('ZADD', KEYS[2], deadline, ARGV[1])
    return held
  end
  if until_then + margin > now then
    return { math.min(until_then - now, tonumber(ttl)) + margin, node }
  end
  record(KEYS[3], now, since, token, ending_of(lease_ref, 'expired', 'null', node))
  last = tonumber(token)
end
local token, acquired_at, deadline = math.max(last + 1, ARGV[4] + 1, now), int(now), int(now + ARGV[3])
held = ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. acquired_at .. ' ' .. deadline .. ' ' .. (token == now and acquired_at or int(token))
if math.floor(now / A_DAY) == math.floor(last / A_DAY) then -- a token is a time
  redis.call('SET', KEYS[1], held, 'KEEPTTL')
else
  redis.call('SET', KEYS[1], held, 'PX', FORGOTTEN_AFTER)
  redis.call('PEXPIRE', KEYS[3], FORGOTTEN_AFTER)
end
redis.call('ZADD', KEYS[2], deadline, ARGV[1])
return token == now and now or held
