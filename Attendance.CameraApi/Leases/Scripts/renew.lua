-- KEYS camera, fence, deadlines, ledger
-- ARGV camera_id, lease_id, lease_ref, session, node, ttl_ms, token, acquired_at, extend_by_ms
-- A lease that is neither here nor in the ledger was lost by the store, not ended: it is registered again, as it was.
-- Unless a newer one was granted since: its token is out, and whoever has seen it refuses the older.
local holder = redis.call('HGET', KEYS[1], 'lease_id')
if holder and holder ~= ARGV[2] then
  return 0
end
if not holder then
  local fence = tonumber(redis.call('GET', KEYS[2])) or 0
  if fence > tonumber(ARGV[7]) or recorded(KEYS[4], ARGV[3]) then
    return 0
  end
  redis.call('SET', KEYS[2], ARGV[7], 'PX', int(FORGOTTEN_AFTER))
  write(KEYS[1], KEYS[3], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], now_ms() + ARGV[9])
  return 2
end
local deadline = int(now_ms() + ARGV[9])
redis.call('HSET', KEYS[1], 'deadline', deadline)
redis.call('PEXPIRE', KEYS[1], int(GARBAGE_AFTER))
redis.call('ZADD', KEYS[3], deadline, ARGV[1])
return 1
