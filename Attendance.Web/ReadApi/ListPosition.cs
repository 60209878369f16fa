using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace Attendance.Web.ReadApi;

/// <summary>
/// Where a reader is in a list. What it asked for at first is part of it, so it goes on with the same.
/// </summary>
/// <param name="List">The name of the list.</param>
/// <param name="Filters">The parameters of the first request.</param>
/// <param name="Floor">
/// When the run through the list began, less the overlap. What changed before had been committed by then, so the run has it. When the run is
/// over, the next one begins here.
/// </param>
/// <param name="Since">From which change on, inclusive. Null: from the beginning.</param>
/// <param name="HasDeleted">Whether what was deleted is listed.</param>
/// <param name="AfterAt">The order key and the id of the last item that was read, or null before the first. Of marks the start and the id of the session.</param>
/// <param name="AfterPerson">Of marks the person of that session, or null if everybody of it was read.</param>
internal sealed record ListPosition(
    string List, IReadOnlyDictionary<string, string> Filters, DateTime Floor, DateTime? Since, bool HasDeleted, DateTime? AfterAt = null, Guid? AfterId = null, Guid? AfterPerson = null)
{
    /// <summary>Returns the beginning of the next run, which asks for what has changed meanwhile. It is a method because a property would be a member of the JSON.</summary>
    public ListPosition Again() => this with { Since = Floor, HasDeleted = true, AfterAt = null, AfterId = null, AfterPerson = null };
}

/// <summary>Encrypts positions, so that a cursor is nothing that a reader could take apart, or make.</summary>
internal sealed class CursorSeal(IDataProtectionProvider protection)
{
    private const int Longest = 4000;

    private readonly IDataProtector _protector = protection.CreateProtector("Attendance.Web.ReadApi.Cursor.v1");

    public string Seal(ListPosition position) => WebEncoders.Base64UrlEncode(_protector.Protect(JsonSerializer.SerializeToUtf8Bytes(position)));

    /// <returns>The position, or null if the cursor was not made here.</returns>
    public ListPosition? Open(string cursor)
    {
        try
        {
            return cursor.Length <= Longest ? JsonSerializer.Deserialize<ListPosition>(_protector.Unprotect(WebEncoders.Base64UrlDecode(cursor))) : null;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }
}
