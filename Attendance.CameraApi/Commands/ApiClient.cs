using System.Net;
using Attendance.CameraApi.Security;

namespace Attendance.CameraApi.Commands;

/// <summary>The running API, as a command sees it.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(Uri url, string? apiKey)
    {
        // Directly, whatever HTTP_PROXY says, and nowhere else, because requests carry the API key.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
        if (!string.IsNullOrEmpty(apiKey))
        {
            _http.DefaultRequestHeaders.Add(SecurityOptions.Header, apiKey);
        }
    }

    /// <returns>Null when nothing listens there.</returns>
    /// <exception cref="CommandException">It answers, and not with what was asked for.</exception>
    public Task<T?> GetAsync<T>(string path, CancellationToken cancellationToken) where T : class =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public Task<T?> PostAsync<T>(string path, object body, CancellationToken cancellationToken) where T : class =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: WireJson.Options) }, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<T?> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken) where T : class
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return null;
        }

        using (response)
        {
            return response.StatusCode switch
            {
                HttpStatusCode.OK => await response.Content.ReadFromJsonAsync<T>(WireJson.Options, cancellationToken),
                HttpStatusCode.Unauthorized => throw new CommandException(
                    $"The API at {_http.BaseAddress} wants its key: set the environment variable Security__ApiKey."),
                var status => throw new CommandException($"The API at {_http.BaseAddress} answered {(int)status}: "
                    + await response.Content.ReadAsStringAsync(cancellationToken)),
            };
        }
    }
}

/// <summary>Told to whoever ran the command, in one line.</summary>
internal sealed class CommandException(string message) : Exception(message);
