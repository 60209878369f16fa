-- KEYS camera, fence, deadlines, ledger
-- ARGV camera_id, lease_id, lease_ref, session, node, ttl_ms, token that the caller has seen
-- A camera of a shared scope that another node had: it has its time, and as long again as a release may take.
-- A token grows over the fence, the clock and what the caller has seen: any two of them may be lost or wrong.
local now = now_ms()
local deadline = now + ARGV[6]
local held = redis.call('HMGET', KEYS[1], 'lease_id', 'lease_ref', 'session', 'node', 'token', 'acquired_at', 'deadline', 'ttl')
if held[1] then
  local is_here = held[4] == ARGV[5]
  if held[3] == ARGV[4] and is_here then
    write(KEYS[1], KEYS[3], ARGV[1], held[1], held[2], held[3], ARGV[5], ARGV[6], held[5], held[6], deadline)
    return { 'granted', held[1], held[5], held[6] }
  end
  local margin = is_here and 0 or LONGEST_RELEASE
  local until_free = held[7] - now + margin
  if until_free > 0 then
    return { 'busy', int(math.min(until_free, held[8] + margin)), held[4] }
  end
  record(KEYS[4], held[2], held[6], now, 'expired', 'null', held[4], held[5])
end
local token = int(math.max((tonumber(redis.call('GET', KEYS[2])) or 0) + 1, ARGV[7] + 1, now))
redis.call('SET', KEYS[2], token, 'PX', int(FORGOTTEN_AFTER))
write(KEYS[1], KEYS[3], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], token, int(now), deadline)
return { 'granted', ARGV[2], token, int(now) }
