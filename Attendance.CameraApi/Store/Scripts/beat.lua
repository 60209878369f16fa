-- KEYS nodes, seen
-- ARGV node, what it says of itself as JSON without its last bracket, silence in ms, limit, its instance, the one that it stands in for
-- A node says that it is there, and hears who has not said so for a while. Costs what is silent, not what is there.
-- A name is one instance's: another hears only whose it is. So of two that start at once one has it, and one that lost it is told.
-- The times are the store's own: nodes may disagree on what time it is.
local holder = redis.call('HGET', KEYS[1], ARGV[1])
local instance = holder and string.match(holder, '"instance":"(%w+)"')
if instance and instance ~= ARGV[5] and instance ~= ARGV[6] then
  return { 0, {}, holder }
end
local is_new = redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ',"seen_at":' .. now_text .. '}')
redis.call('ZADD', KEYS[2], now_text, ARGV[1])
return { is_new, redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', int(now - ARGV[3]), 'WITHSCORES', 'LIMIT', '0', ARGV[4]) }
