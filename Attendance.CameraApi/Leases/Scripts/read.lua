-- KEYS camera
-- All that is needed to go on with a lease that another run of its node began.
local now = now_ms()
local held = redis.call('HMGET', KEYS[1], 'lease_id', 'session', 'token', 'acquired_at', 'deadline', 'ttl', 'node')
if not held[1] then
  return false
end
return { held[1], held[2], held[3], held[4], int(held[5] - now), held[6], int(now - held[4]), held[7] }
