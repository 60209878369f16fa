using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Attendance.LocalHosting.Dashboard;
using Microsoft.Extensions.DependencyInjection;

namespace Attendance.Tests.LocalHosting.Dashboard;

/// <summary>A browser at the dashboard, as far as HTTP goes: it keeps cookies, follows nothing by itself, and says where it comes from.</summary>
internal sealed class DashboardVisit : IDisposable
{
    private readonly HttpClient _client;

    public DashboardVisit(DistributedApplication app)
    {
        Access = app.Services.GetRequiredService<DashboardAccess>();
        _client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = true }) { BaseAddress = Access.Pages };
    }

    public DashboardAccess Access { get; }

    public static async Task<DashboardVisit> SignedInAsync(DistributedApplication app, CancellationToken cancellationToken)
    {
        var visit = new DashboardVisit(app);
        using var response = await visit.GetAsync(visit.Access.SignIn!.ToString(), cancellationToken);
        return visit;
    }

    public Task<HttpResponseMessage> GetAsync(string address, CancellationToken cancellationToken) => _client.GetAsync(address, cancellationToken);

    public Task<JsonElement> JsonAsync(string address, CancellationToken cancellationToken) =>
        _client.GetFromJsonAsync<JsonElement>(address, cancellationToken);

    public async Task<HttpResponseMessage> PostAsync(
        string address, CancellationToken cancellationToken, string? origin = null, HttpContent? content = null, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.Add("Origin", origin ?? Access.Pages!.GetLeftPart(UriPartial.Authority));
        request.Headers.Host = host;
        return await _client.SendAsync(request, cancellationToken);
    }

    public async Task<HttpStatusCode> GetAsHostAsync(string host, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/login");
        request.Headers.Host = host;
        using var response = await _client.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }

    /// <summary>The first event of that stream that fits.</summary>
    public async Task<JsonElement> HearAsync(string address, Func<string, JsonElement, bool> isWanted, CancellationToken cancellationToken)
    {
        await using var stream = await _client.GetStreamAsync(address, cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            var data = JsonDocument.Parse(item.Data).RootElement;
            if (isWanted(item.EventType, data))
            {
                return data;
            }
        }

        throw new InvalidOperationException($"{address} ended without it.");
    }

    public void Dispose() => _client.Dispose();
}
