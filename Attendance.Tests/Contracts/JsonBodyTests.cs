using System.Text;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Attendance.Tests.Contracts;

public sealed class JsonBodyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"unknown":1}""", "unknown")]
    [InlineData("""{"nested":{"unknown":1}}""", "nested.unknown")]
    [InlineData("""{"an unknown.name":1}""", "['an unknown.name']")]
    [InlineData("""{"Some_Text":"a"}""", "Some_Text")]
    [InlineData("""{"someText":"a"}""", "someText")]
    [InlineData("""{"some_text":"a","some_text":"a"}""", "some_text")]
    [InlineData("""{"some_text":"a","s\u006fme_text":"a"}""", "some_text")]
    [InlineData("""{"nested":{"number":1,"number":2}}""", "nested.number")]
    [InlineData("""{"some_text":17}""", "some_text")]
    [InlineData("""{"some_text":"\ud800"}""", "some_text")]
    [InlineData("""{"number":"17"}""", "number")]
    [InlineData("""{"number":1.5}""", "number")]
    [InlineData("""{"number":99999999999}""", "number")]
    [InlineData("""{"truth":"true"}""", "truth")]
    [InlineData("""{"texts":"a"}""", "texts")]
    [InlineData("""{"texts":["a",2]}""", "texts[1]")]
    [InlineData("""{"nested":[]}""", "nested")]
    [InlineData("", "$")]
    [InlineData("null", "$")]
    [InlineData("[]", "$")]
    [InlineData("17", "$")]
    [InlineData("{", "$")]
    [InlineData("""{"number":1,}""", "$")]
    [InlineData("""{"number":1} 2""", "$")]
    [InlineData("some_text=a", "$")]
    public async Task An_invalid_member_is_refused_by_name(string body, string field)
    {
        var refused = await Assert.ThrowsAsync<RequestException>(() => JsonBody.ReadAsync<Sample>(RequestOf(body), absent: null, Cancel));

        Assert.Equal(StatusCodes.Status400BadRequest, refused.StatusCode);
        Assert.Equal([field], refused.Errors.Keys);
    }

    [Fact]
    public async Task A_valid_body_is_read()
    {
        var read = await JsonBody.ReadAsync<Sample>(
            RequestOf("""{"some_text":"a","number":1,"truth":true,"texts":["b"],"nested":{"number":2}}"""), absent: null, Cancel);

        Assert.Equal(("a", 1, true, "b", 2), (read.SomeText, read.Number, read.Truth, read.Texts?.Single(), read.Nested?.Number));
        Assert.Equal(new Sample(), await JsonBody.ReadAsync<Sample>(RequestOf("""{"some_text":null}"""), absent: null, Cancel));
        Assert.Equal(new Sample("absent"), await JsonBody.ReadAsync(RequestOf(""), new Sample("absent"), Cancel));
    }

    [Fact]
    public async Task A_body_written_by_another_process_may_have_unknown_members()
    {
        var read = await JsonBody.ReadAsync<Sample>(RequestOf("""{"number":1,"of_a_later_version":true}"""), absent: null, Cancel, WireJson.Kept);

        Assert.Equal(1, read.Number);
    }

    [Fact]
    public async Task A_body_of_more_than_64_KiB_is_refused()
    {
        var most = $$"""{"some_text":"{{new string('x', JsonBody.MaxLength - 16)}}"}""";

        Assert.Equal(JsonBody.MaxLength, most.Length);
        Assert.NotNull((await JsonBody.ReadAsync<Sample>(RequestOf(most), absent: null, Cancel)).SomeText);
        var refused = await Assert.ThrowsAsync<BadHttpRequestException>(() => JsonBody.ReadAsync<Sample>(RequestOf(most + " "), absent: null, Cancel));
        Assert.Equal(StatusCodes.Status413PayloadTooLarge, refused.StatusCode);
    }

    [Theory]
    [InlineData("""{"camera_id":"door"}""", "door")]
    [InlineData("""{"camera_id":"door","camera_id":"gate"}""", "gate")]
    [InlineData("""{"camera_id":17}""", null)]
    [InlineData("""{"camera_id":"\ud800"}""", null)]
    [InlineData("""["camera_id"]""", null)]
    [InlineData("not JSON", null)]
    [InlineData("", null)]
    public async Task A_text_is_found_in_a_body_that_is_read_again(string body, string? text)
    {
        var request = RequestOf(body);
        await JsonBody.KeepAsync(request, Cancel);

        Assert.Equal(text, JsonBody.FindText(request, "camera_id"));
        using var reader = new StreamReader(request.Body);
        Assert.Equal(body, await reader.ReadToEndAsync(Cancel));
    }

    private static HttpRequest RequestOf(string body) =>
        new DefaultHttpContext { Request = { Method = "POST", Body = new MemoryStream(Encoding.UTF8.GetBytes(body)) } }.Request;

    private sealed record Sample(string? SomeText = null, int? Number = null, bool? Truth = null, IReadOnlyList<string>? Texts = null, Inner? Nested = null);

    private sealed record Inner(int? Number = null);
}
