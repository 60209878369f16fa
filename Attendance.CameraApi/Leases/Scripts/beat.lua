-- KEYS nodes, seen
-- ARGV node, what it says of itself as JSON without its last bracket, silence in ms, limit
-- A node says that it is there, and hears who has not said so for a while. Costs what is silent, not what is there.
-- The times are the store's own: nodes may disagree on what time it is.
local now = now_ms()
local is_new = redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ',"seen_at":' .. int(now) .. '}')
redis.call('ZADD', KEYS[2], int(now), ARGV[1])
return { is_new, redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', int(now - ARGV[3]), 'WITHSCORES', 'LIMIT', '0', ARGV[4]) }
