-- KEYS camera, deadlines, ledger
-- ARGV camera_id, reason, detail, lease_id: this very lease; or '' for whichever it is, if its time is over; node whose it is
-- Ends what the store holds for a camera that nobody here holds.
local now = now_ms()
local held = redis.call('HMGET', KEYS[1], 'lease_id', 'lease_ref', 'acquired_at', 'node', 'token', 'deadline')
if not held[1] then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return false
end
if held[4] ~= ARGV[5] then -- in a shared scope: another node has got the camera since
  redis.call('ZREM', KEYS[2], ARGV[1])
  return false
end
if ARGV[4] ~= '' and ARGV[4] ~= held[1] or ARGV[4] == '' and tonumber(held[6]) > now then
  return false
end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
record(KEYS[3], held[2], held[3], now, ARGV[2], ARGV[3], held[4], held[5])
return { held[1], held[2], held[3], held[5] }
