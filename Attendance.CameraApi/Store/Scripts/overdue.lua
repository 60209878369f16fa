-- KEYS deadlines
-- ARGV limit
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_text, 'LIMIT', '0', ARGV[1])
