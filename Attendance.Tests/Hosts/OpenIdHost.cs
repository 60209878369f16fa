using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Xunit;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Attendance.Tests.Hosts;

/// <summary>Somebody who has an account at the provider.</summary>
internal sealed record OpenIdPerson(string Subject, string? UserName = null, string[]? Roles = null, string[]? Groups = null, string? Session = null);

/// <summary>
/// A real provider of OpenID Connect: OpenIddict on a socket, with a form to log in that asks for a name only. What it sends is changed only
/// where a test says so.
/// </summary>
internal sealed class OpenIdHost : IAsyncDisposable
{
    public const string ClientId = "attendance", ClientSecret = "the-secret-of-the-client";

    private readonly SigningCredentials _signing = new(new RsaSecurityKey(RSA.Create(2048)) { KeyId = "provider" }, SecurityAlgorithms.RsaSha256);
    private readonly SymmetricSecurityKey _encryption = new(RandomNumberGenerator.GetBytes(32));
    private readonly ConcurrentDictionary<string, bool> _codes = new(StringComparer.Ordinal);
    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false });
    private WebApplication? _app;

    /// <summary>Where the provider is, also while it is away.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>Where the client is.</summary>
    public Uri Client { get; set; } = new("http://127.0.0.1:1");

    public ConcurrentDictionary<string, OpenIdPerson> People { get; } = new(StringComparer.Ordinal);

    /// <summary>Changes the next ID token, which is then signed again with the provider's key.</summary>
    public Action<JsonObject>? Tamper { get; set; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{Address.Port}");
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token").SetEndSessionEndpointUris("connect/logout");
            server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
            server.RegisterScopes("profile", "email");
            server.EnableDegradedMode();
            server.AddSigningCredentials(_signing).AddEncryptionKey(_encryption);
            server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (context.ClientId != ClientId || context.RedirectUri != new Uri(Client, "/signin-oidc").ToString())
                {
                    context.Reject(OpenIddictConstants.Errors.InvalidClient);
                }

                return default;
            }));
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (context.ClientId != ClientId || context.ClientSecret != ClientSecret)
                {
                    context.Reject(OpenIddictConstants.Errors.InvalidClient);
                }
                else if (context.Request.Code is { } code && !_codes.TryAdd(code, true))
                {
                    context.Reject(OpenIddictConstants.Errors.InvalidGrant);
                }

                return default;
            }));
            server.AddEventHandler<ValidateEndSessionRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (context.PostLogoutRedirectUri != new Uri(Client, "/sign-in").ToString())
                {
                    context.Reject(OpenIddictConstants.Errors.InvalidRequest);
                }

                return default;
            }));
            server.UseAspNetCore().DisableTransportSecurityRequirement().EnableAuthorizationEndpointPassthrough().EnableEndSessionEndpointPassthrough();
        });
        _app = builder.Build();
        _app.Use(TamperAsync);
        _app.UseAuthentication();
        _app.MapMethods("/connect/authorize", [HttpMethods.Get, HttpMethods.Post], LogIn);
        _app.MapMethods("/connect/logout", [HttpMethods.Get, HttpMethods.Post], () => Results.SignOut(authenticationSchemes: [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]));
        await _app.StartAsync(Cancel);
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <summary>Takes the provider away. It can be started again, at the same address and with the same keys.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is { } app)
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }
    }

    /// <summary>Logs in as a browser does that was sent here, and returns where it is sent back to.</summary>
    public async Task<Uri> LogInAsync(string challenge, string name)
    {
        var address = new Uri(challenge);
        Assert.Equal((Address.Authority, "/connect/authorize"), (address.Authority, address.AbsolutePath));
        var fields = System.Web.HttpUtility.ParseQueryString(address.Query);
        using var form = new FormUrlEncodedContent(fields.AllKeys.ToDictionary(key => key!, key => fields[key]!).Append(new("login", name)));
        using var answer = await _browser.PostAsync(new Uri(Address, "/connect/authorize"), form, Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancel)}");
        return answer.Headers.Location!;
    }

    /// <summary>Signs a logout token of this provider for the client.</summary>
    public string LogoutToken(Action<JsonObject>? change = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var payload = new JsonObject
        {
            ["iss"] = Address.ToString(), ["aud"] = ClientId, ["iat"] = now, ["exp"] = now + 120, ["jti"] = Guid.NewGuid().ToString("N"),
            ["events"] = new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = new JsonObject() },
        };
        change?.Invoke(payload);
        return new JsonWebTokenHandler().CreateToken(payload.ToJsonString(), _signing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _browser.Dispose();
    }

    private IResult LogIn(HttpContext context)
    {
        var request = context.GetOpenIddictServerRequest()!;
        if ((string?)request["login"] is not { } login || !People.TryGetValue(login, out var person))
        {
            var fields = string.Concat(request.GetParameters().Where(each => each.Key != "login").Select(each =>
                $"<input type=\"hidden\" name=\"{WebUtility.HtmlEncode(each.Key)}\" value=\"{WebUtility.HtmlEncode((string?)each.Value)}\">"));
            return Results.Content($"<!DOCTYPE html><html lang=\"en\"><title>Log in</title><form method=\"post\" action=\"/connect/authorize\">{fields}<label>Login <input name=\"login\"></label><button>Log in</button></form></html>", "text/html");
        }

        var identity = new ClaimsIdentity(nameof(OpenIdHost));
        identity.SetClaim("sub", person.Subject).SetClaim("preferred_username", person.UserName).SetClaim("sid", person.Session);
        identity.SetClaims("roles", [.. person.Roles ?? []]).SetClaims("groups", [.. person.Groups ?? []]);
        identity.SetScopes(request.GetScopes());
        identity.SetDestinations(_ => [OpenIddictConstants.Destinations.IdentityToken]);
        return Results.SignIn(new ClaimsPrincipal(identity), authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }

    private async Task TamperAsync(HttpContext context, RequestDelegate next)
    {
        if (Tamper is not { } tamper || context.Request.Path != "/connect/token")
        {
            await next(context);
            return;
        }

        Tamper = null;
        var body = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        await next(context);
        context.Response.Body = body;
        var tokens = JsonNode.Parse(answer.ToArray())!.AsObject();
        var payload = JsonNode.Parse(Base64UrlEncoder.DecodeBytes(((string)tokens["id_token"]!).Split('.')[1]))!.AsObject();
        tamper(payload);
        tokens["id_token"] = new JsonWebTokenHandler().CreateToken(payload.ToJsonString(), _signing);
        var changed = JsonSerializer.SerializeToUtf8Bytes(tokens);
        context.Response.ContentLength = changed.Length;
        await body.WriteAsync(changed, context.RequestAborted);
    }
}
