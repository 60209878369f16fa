-- KEYS deadlines
-- ARGV limit
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(now_ms()), 'LIMIT', '0', ARGV[1])
