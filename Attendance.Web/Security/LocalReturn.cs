using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Mvc;

namespace Attendance.Web.Security;

/// <summary>Determines where to go after a form, from the return address in the page's URL.</summary>
internal static class LocalReturn
{
    private const int Longest = 2000;

    /// <returns>A local address that can be sent as a header. The start page if the wanted address is not one.</returns>
    public static string Of(IUrlHelper urls, [StringSyntax(StringSyntaxAttribute.Uri)] string? wanted) =>
        wanted is { Length: <= Longest } && urls.IsLocalUrl(wanted)
            ? string.Concat(wanted.EnumerateRunes().Select(rune => rune.IsAscii ? rune.ToString() : Uri.EscapeDataString(rune.ToString())))
            : "/";
}
