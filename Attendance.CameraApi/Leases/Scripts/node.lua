-- KEYS nodes
-- ARGV node, what it says of itself as JSON without its last bracket, and for how long a node that is gone is remembered, in ms
-- The times are the store's own: nodes may disagree on what time it is.
local now = now_ms()
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ',"seen_at":' .. int(now) .. '}')
local nodes = redis.call('HGETALL', KEYS[1])
local known = { int(now) }
for i = 1, #nodes, 2 do
  local seen = tonumber(string.match(nodes[i + 1], '"seen_at":(%d+)'))
  if seen and now - seen > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], nodes[i])
  else
    known[#known + 1] = nodes[i + 1]
  end
end
return known
