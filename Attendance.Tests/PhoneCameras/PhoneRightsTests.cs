using System.Net;
using System.Net.Http.Json;
using Attendance.Tests.Hosts;
using Microsoft.AspNetCore.Authorization;
using Xunit;

namespace Attendance.Tests.PhoneCameras;

/// <summary>Tests what the sign-in of a paired phone is good for, at every endpoint that Web maps.</summary>
public sealed class PhoneRightsTests : IAsyncDisposable
{
    private const string Session = "camera_123456789_abc123", Other = "browser-0123456789abcdef0123456789abcdef-0123456789abcdef";

    /// <summary>What such a phone may ask besides what everybody may. An addition gives a stranger's phone another right.</summary>
    private static readonly string[] s_allowed =
    [
        "* phone",
        "GET api/cameras/{cameraId:name}/publish",
        "GET api/phone-camera/",
        "GET api/sessions/{sessionId:session}/presence",
        "POST api/cameras/{cameraId:name}/whip",
        "POST api/leases",
        "POST api/phone-camera/end",
        "PUT api/leases/{leaseId:lease}",
    ];

    private readonly PairingSite _pairings = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _pairings.DisposeAsync();

    [Fact]
    public async Task A_paired_phone_may_ask_the_listed_endpoints_and_is_a_stranger_at_every_other()
    {
        var (phone, _, _) = await _pairings.PairAsync(await _pairings.OperatorAsync());
        var allowed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in MappedEndpoints.Of(_pairings.Site.Web).Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            foreach (var method in MappedEndpoints.MethodsOf(endpoint) ?? ["GET", "POST"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), MappedEndpoints.AddressOf(endpoint));
                using var response = await phone.Client.SendAsync(request, Cancel);
                var isStranger = response.StatusCode == HttpStatusCode.Unauthorized
                    || (response.StatusCode == HttpStatusCode.Redirect && response.Headers.Location!.ToString() is { } to && (to.StartsWith("/sign-in", StringComparison.Ordinal) || to.EndsWith("/setup", StringComparison.Ordinal)));
                if (!isStranger)
                {
                    allowed.Add($"{(MappedEndpoints.MethodsOf(endpoint) is null ? "*" : method)} {endpoint.RoutePattern.RawText!.TrimStart('/')}");
                }
            }
        }

        Assert.Equal(s_allowed, allowed);
    }

    [Fact]
    public async Task A_paired_phone_leases_and_publishes_its_own_camera_only()
    {
        var (phone, _, own) = await _pairings.PairAsync(await _pairings.OperatorAsync());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await LeaseAsync(phone, own)); // camera-api is away here, and would be asked
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await PublishAsync(phone, own));
        foreach (var camera in (string[])[Other, "demo", "auto", PublishedCamera.IdOf(own)])
        {
            Assert.Equal(HttpStatusCode.Forbidden, await LeaseAsync(phone, camera));
        }

        Assert.Equal(HttpStatusCode.Forbidden, await PublishAsync(phone, Other));
        Assert.Equal(HttpStatusCode.NotFound, await PublishAsync(phone, "demo"));
    }

    [Fact]
    public async Task After_the_end_of_its_pairing_a_phone_may_do_nothing()
    {
        var desk = await _pairings.OperatorAsync();
        var (phone, id, own) = await _pairings.PairAsync(desk);
        await PairingSite.SendAsync(desk, HttpMethod.Delete, $"/api/phone-pairings/{id}");

        Assert.Equal(HttpStatusCode.Unauthorized, await LeaseAsync(phone, own));
        Assert.Equal(HttpStatusCode.Unauthorized, await PublishAsync(phone, own));
        (await phone.GetAsync("/phone")).Leads("/phone/setup");
    }

    [Fact]
    public async Task Whoever_is_signed_in_in_the_same_browser_keeps_their_own_rights()
    {
        var desk = await _pairings.OperatorAsync();
        var (phone, _, _) = await _pairings.PairAsync(desk);
        phone.Cookie = desk.Visit.Cookie;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await LeaseAsync(phone, "demo"));
        Assert.Null(await PairingSite.EndAsync(phone)); // and the phone is still paired
    }

    [Fact]
    public async Task Who_may_not_publish_pairs_no_phone_and_a_phone_is_not_held_to_the_rights_of_accounts()
    {
        await using var limited = new PairingSite(("Rights:0:Camera", "published-*"), ("Rights:0:Publish:0", "admin"));
        var refused = await PairingSite.SendAsync(await limited.OperatorAsync(), HttpMethod.Post, "/api/phone-pairings");
        refused.Says(HttpStatusCode.Forbidden, "right_missing");

        await using var vault = new PairingSite(("Rights:0:Camera", "*"), ("Rights:0:Watch:0", "admin"));
        var (phone, _, own) = await vault.PairAsync(await vault.OperatorAsync());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await LeaseAsync(phone, own)); // camera-api is away here, and would be asked
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await PublishAsync(phone, own));
    }

    private static async Task<HttpStatusCode> LeaseAsync(Visit phone, string cameraId)
    {
        using var answer = await phone.Client.PostAsJsonAsync("/api/leases", new { session_id = Session, camera_id = cameraId }, Cancel);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> PublishAsync(Visit phone, string cameraId)
    {
        using var offer = new StringContent("v=0", System.Text.Encoding.UTF8, "application/sdp");
        using var answer = await phone.Client.PostAsync(new Uri($"/api/cameras/{cameraId}/whip", UriKind.Relative), offer, Cancel);
        return answer.StatusCode;
    }
}
