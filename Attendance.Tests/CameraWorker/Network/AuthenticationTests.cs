using System.Net;
using Attendance.CameraWorker.Network;
using Xunit;

namespace Attendance.Tests.CameraWorker.Network;

public sealed class AuthenticationTests
{
    private const string Md5 = "Digest realm=\"cam\", nonce=\"a\", qop=\"auth\"", Sha = "Digest realm=\"cam\", nonce=\"b\", algorithm=SHA-256, qop=\"auth\"";

    [Theory]
    [InlineData("algorithm=SHA-256", Md5, Sha)]
    [InlineData("algorithm=SHA-256", Sha, Md5, "Basic realm=\"cam\"")]
    [InlineData("algorithm=SHA-256", "Basic realm=\"cam\", " + Md5 + ", " + Sha)]
    [InlineData("nonce=\"a\"", "Basic realm=\"cam\"", Md5)]
    [InlineData("nonce=\"a\"", "Digest realm=\"cam\", nonce=\"c\", algorithm=SHA-512-256", Md5, "NTLM", "Bearer realm=\"x\"")]
    [InlineData("Basic dTpw", "Basic")]
    [InlineData("Basic dTpw", "Basic realm=the camera")]
    [InlineData("Basic dTpw", "NTLM", "Basic realm=\"a, \\\"quoted\\\" one\"")]
    [InlineData("Basic dTpw")]
    [InlineData("algorithm=MD5-sess", "DIGEST Realm=\"cam\",NONCE=a,Algorithm=MD5-sess,qop=\"auth\"")]
    [InlineData("qop=auth-int", "Digest realm=\"cam\", nonce=\"a\", qop=\"auth-int\"")]
    [InlineData("qop=auth,", "Digest realm=\"cam\", nonce=\"a\", qop=\"auth-int,auth\"")]
    [InlineData("opaque=\"\"", "Digest realm=\"cam\", nonce=\"a\", opaque=\"\"")]
    public void The_best_that_both_know_is_used(string expected, params string[] headers)
    {
        var authentication = new Authentication(new NetworkCredential("u", "p"));

        Assert.Null(authentication.Answer("GET", "/"));
        Assert.Null(authentication.Take(headers, wasAnswered: false));

        Assert.Contains(expected, authentication.Answer("GET", "/"), StringComparison.Ordinal);
    }

    /// <summary>Each answer to one nonce also has a number of its own.</summary>
    [Theory]
    [InlineData("MD5", 32)]
    [InlineData("SHA-256", 64)]
    public void A_response_is_as_long_as_its_algorithm_makes_it(string algorithm, int length)
    {
        var authentication = new Authentication(new NetworkCredential("Mufasa", "Circle of Life"));
        authentication.Take([$"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, nonce=\"7ypf\", opaque=\"FQhe\""], false);

        Assert.Matches($"response=\"[0-9a-f]{{{length}}}\"", authentication.Answer("GET", "/dir/index.html"));
        Assert.Contains("nc=00000002", authentication.Answer("GET", "/dir/index.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_qop_a_response_can_be_told_beforehand()
    {
        var authentication = new Authentication(new NetworkCredential("Mufasa", "Circle Of Life"));
        authentication.Take(["Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""], false);

        Assert.Contains("response=\"670fd8c2df070c60b045671b8b24ff02\"", authentication.Answer("GET", "/dir/index.html"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("it asks for a kind of authentication that is not known here (NTLM, Digest SHA-512-256)", false, "NTLM", "Digest realm=\"x\", nonce=\"n\", algorithm=SHA-512-256")]
    [InlineData("it refuses the user name or the password (Digest)", true, Md5)]
    public void A_challenge_that_cannot_be_answered_is_reported_with_its_reason(string expected, bool wasAnswered, params string[] headers) =>
        Assert.Equal(expected, new Authentication(new NetworkCredential("u", "p")).Take(headers, wasAnswered));

    [Fact]
    public void Only_a_nonce_that_has_grown_old_is_answered_again()
    {
        var authentication = new Authentication(new NetworkCredential("u", "p"));
        Assert.Null(authentication.Take([Md5], wasAnswered: false));

        Assert.Null(authentication.Take(["Digest realm=\"cam\", nonce=\"new\", stale=TRUE"], wasAnswered: true));
        Assert.NotNull(authentication.Take(["Digest realm=\"cam\", nonce=\"newer\""], wasAnswered: true));
    }

    [Fact]
    public void Without_credentials_it_is_said_where_they_belong() =>
        Assert.Contains("user:password@", new Authentication(null).Take([Md5], wasAnswered: false), StringComparison.Ordinal);
}
