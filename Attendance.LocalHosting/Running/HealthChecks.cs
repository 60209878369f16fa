using System.Net.Sockets;
using System.Text;
using Attendance.LocalHosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.LocalHosting.Running;

internal sealed class HttpHealthCheck(IHttpClientFactory clients, EndpointReference endpoint, string path, int statusCode) : IHealthCheck
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var client = clients.CreateClient();
        client.Timeout = s_patience;
        try
        {
            using var response = await client.GetAsync(new Uri(new Uri(endpoint.Url), path), cancellationToken);
            return (int)response.StatusCode == statusCode
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"{path} answered {(int)response.StatusCode} instead of {statusCode}.");
        }
        catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return HealthCheckResult.Unhealthy($"{path} does not answer.", error);
        }
    }
}

/// <summary>Says AUTH and PING as Redis understands them; all that is wanted of a client here.</summary>
internal sealed class RedisHealthCheck(RedisResource redis) : IHealthCheck
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(redis.PrimaryEndpoint.Host, redis.PrimaryEndpoint.Port, patience.Token);
            var password = await redis.PasswordParameter.GetValueAsync(patience.Token);
            var stream = connection.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII);
            foreach (var command in new string[][] { ["AUTH", password!], ["PING"] })
            {
                await stream.WriteAsync(Encode(command), patience.Token);
                if (await reader.ReadLineAsync(patience.Token) is not ("+OK" or "+PONG"))
                {
                    return HealthCheckResult.Unhealthy($"{command[0]} is refused.");
                }
            }

            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is SocketException or IOException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return HealthCheckResult.Unhealthy("The store does not answer.", error);
        }
    }

    private static byte[] Encode(string[] words) => Encoding.UTF8.GetBytes(
        $"*{words.Length}\r\n" + string.Concat(words.Select(word => $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n")));
}
