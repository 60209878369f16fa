-- KEYS deadlines, then of each change: camera, ledger
-- ARGV of each change five, see acquire and release
-- What several callers want at the same time, in their order: a list with one reply for each, or the reply itself to who is alone.
-- What fails for one fails for that one only: its reply is a list of one, the message. (An error within a list is more than some clients
-- understand.)
local now = now_ms()
local now_text, today = int(now), math.floor(now / A_DAY)

-- lease is "<lease_id> <lease_ref> <session> <node>", seen a token that the caller has seen.
-- Answers what is held now, for which its token does where that is also when it was acquired; or for how many ms the camera may still be
-- another session's, and at which node.
-- A camera of a shared scope that another node had: it has its time, and as long again as a release may take.
-- A token grows over the last one, the clock and what the caller has seen: any two of them may be lost or wrong.
local function acquire(camera, ledger, camera_id, lease, ttl, seen)
  local held = redis.call('GET', camera)
  local last = tonumber(held or 0)
  local deadline = int(now + ttl)
  if not last then
    local lease_id, lease_ref, session, node, ttl_then, since, until_then, token = string.match(held, HELD)
    local asks, at = string.match(lease, '(%S+) (%S+)$')
    local margin = node == at and 0 or LONGEST_RELEASE
    if session == asks and node == at then
      held = table.concat({ lease_id, lease_ref, session, at, ttl, since, deadline, token }, ' ')
      redis.call('SET', camera, held, 'KEEPTTL')
      redis.call('ZADD', KEYS[1], deadline, camera_id)
      return held
    end
    if until_then + margin > now then
      return { math.min(until_then - now, tonumber(ttl_then)) + margin, node }
    end
    record(ledger, now_text, facts_of(since, token, lease_ref, 'expired', 'null', node))
    last = tonumber(token)
  end
  local token = math.max(last + 1, seen + 1, now)
  held = lease .. ' ' .. ttl .. ' ' .. now_text .. ' ' .. deadline .. ' ' .. (token == now and now_text or int(token))
  if math.floor(last / A_DAY) == today then -- a token is a time
    redis.call('SET', camera, held, 'KEEPTTL')
  else
    redis.call('SET', camera, held, 'PX', FORGOTTEN_AFTER)
    redis.call('PEXPIRE', ledger, FORGOTTEN_AFTER)
  end
  redis.call('ZADD', KEYS[1], deadline, camera_id)
  return token == now and now or held
end

-- facts is what the ledger says of it: see facts_of. A lease that moved away and came back has another token: that one goes on.
local function release(camera, ledger, camera_id, lease_id, token, facts)
  local held = redis.call('GET', camera)
  if held and string.find(held, lease_id .. ' ', 1, true) == 1 and string.sub(held, -1 - #token) == ' ' .. token then
    redis.call('SET', camera, token, 'KEEPTTL')
    redis.call('ZREM', KEYS[1], camera_id)
  elseif recorded(ledger, string.match(facts, '"lease_ref":"(%x+)"')) then
    return 0
  end
  record(ledger, now_text, facts)
  return 1
end

local replies = {}
for i = 1, #ARGV / 5 do
  local at = i * 5 - 4
  local ok, reply = pcall(
    ARGV[at] == 'acquire' and acquire or release, KEYS[i * 2], KEYS[i * 2 + 1], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
  replies[i] = ok and reply or { type(reply) == 'table' and reply.err or tostring(reply) }
end
return #replies == 1 and replies[1] or replies
