using System.Net;

namespace Attendance.CameraApi.Commands;

/// <summary>Calls the running API on behalf of a command.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(Uri url, string? apiKey)
    {
        // Uses no proxy, even if HTTP_PROXY is set, and follows no redirect, because requests carry the API key.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
        if (!string.IsNullOrEmpty(apiKey))
        {
            _http.DefaultRequestHeaders.Add(WireHeaders.ApiKey, apiKey);
        }
    }

    /// <returns>The answer; null if nothing listens at the address.</returns>
    /// <exception cref="CommandException">The API answers with a status other than 200.</exception>
    public Task<T?> GetAsync<T>(string path, CancellationToken cancellationToken) where T : class =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public Task<T?> PostAsync<T>(string path, object body, CancellationToken cancellationToken) where T : class =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: WireJson.Requests) }, cancellationToken);

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

/// <summary>An error that is shown in one line to the user of the command.</summary>
internal sealed class CommandException(string message) : Exception(message);
