-- KEYS camera, fence, deadlines, ledger
-- ARGV camera_id, lease_id, lease_ref, session, node, ttl_ms
local now = now_ms()
local deadline = now + ARGV[6]
local held = redis.call('HMGET', KEYS[1], 'lease_id', 'lease_ref', 'session', 'node', 'token', 'acquired_at', 'deadline')
if held[1] then
  if held[3] == ARGV[4] then
    write(KEYS[1], KEYS[3], ARGV[1], held[1], held[2], held[3], ARGV[5], ARGV[6], held[5], held[6], deadline)
    return { 'granted', held[1], held[5], held[6] }
  end
  if tonumber(held[7]) > now then
    return { 'busy', int(held[7] - now) }
  end
  record(KEYS[4], held[2], held[6], now, 'expired', 'null', held[4], held[5])
end
local token = int(math.max((tonumber(redis.call('GET', KEYS[2])) or 0) + 1, now))
redis.call('SET', KEYS[2], token, 'PX', int(FORGOTTEN_AFTER))
write(KEYS[1], KEYS[3], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], token, int(now), deadline)
return { 'granted', ARGV[2], token, int(now) }
