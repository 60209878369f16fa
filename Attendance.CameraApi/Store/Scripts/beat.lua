-- KEYS nodes, seen
-- ARGV node, its entry as JSON without the last bracket, silence in ms, limit, its instance, the instance that it replaces
-- Records a node's heartbeat, and returns the nodes that have sent none for the given silence. The cost grows with the silent nodes, not with all.
-- A name belongs to one instance. Any other instance only gets the holder's entry. So if two start at once, one gets the name, and an
-- instance that has lost the name learns of it.
-- The times are the store's own, because the clocks of nodes may differ.
local holder = redis.call('HGET', KEYS[1], ARGV[1])
local instance = holder and string.match(holder, '"instance":"(%w+)"')
if instance and instance ~= ARGV[5] and instance ~= ARGV[6] then
  return { 0, {}, holder }
end
local is_new = redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ',"seen_at":' .. now_text .. '}')
redis.call('ZADD', KEYS[2], now_text, ARGV[1])
return { is_new, redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', int(now - ARGV[3]), 'WITHSCORES', 'LIMIT', '0', ARGV[4]) }
