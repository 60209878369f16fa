using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Mvc;

namespace Attendance.Web.Security;

/// <summary>Where to go on after a form, as the address said that led to it.</summary>
internal static class LocalReturn
{
    private const int Longest = 2000;

    /// <returns>An address on this site that can be sent as a header; the start page for any other.</returns>
    public static string Of(IUrlHelper urls, [StringSyntax(StringSyntaxAttribute.Uri)] string? wanted) =>
        wanted is { Length: <= Longest } && urls.IsLocalUrl(wanted)
            ? string.Concat(wanted.EnumerateRunes().Select(rune => rune.IsAscii ? rune.ToString() : Uri.EscapeDataString(rune.ToString())))
            : "/";
}
