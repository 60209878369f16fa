using System.Text.Json;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>One who listens to <c>/api/events</c>, with everything heard so far.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Heard> _heard = [];
    private readonly CancellationTokenSource _over = new();
    private readonly HttpResponseMessage _response;
    private readonly Task _reading;

    private EventReader(HttpResponseMessage response)
    {
        _response = response;
        _reading = ReadAsync();
    }

    public IReadOnlyList<Heard> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    public static async Task<EventReader> OpenAsync(HttpClient client, bool live, CancellationToken cancellationToken, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, live ? "/api/events?live=true" : "/api/events");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Assert.Equal("text/event-stream", response.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
        return new EventReader(response);
    }

    public async Task<JsonElement> NextAsync(string name, Func<JsonElement, bool> isIt, TimeSpan bound, CancellationToken cancellationToken)
    {
        await Eventually.TrueAsync(() => Find() is not null, bound, $"'{name}' is told");
        return Find()!.Data;

        Heard? Find() => All.FirstOrDefault(heard => heard.Event == name && isIt(heard.Data));
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _response.Dispose();
        await _reading;
        _over.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            using var reader = new StreamReader(await _response.Content.ReadAsStreamAsync(_over.Token));
            string? name = null, id = null;
            while (await reader.ReadLineAsync(_over.Token) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                {
                    id = line[4..];
                }
                else if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    name = line[7..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    lock (_gate)
                    {
                        _heard.Add(new Heard(name!, id, JsonSerializer.Deserialize<JsonElement>(line[6..])));
                    }

                    (name, id) = (null, null);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or HttpRequestException)
        {
            // closed, by either end
        }
    }

    internal sealed record Heard(string Event, string? Id, JsonElement Data);
}
