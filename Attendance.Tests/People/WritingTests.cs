using System.Text;
using Attendance.Web.Data;
using Xunit;

namespace Attendance.Tests.People;

public sealed class WritingTests
{
    [Theory]
    [InlineData("\u200b")]
    [InlineData("\u2800")]
    [InlineData("\u3164\u115f\uffa0")]
    [InlineData("\u00ad\u2060\ufeff")]
    [InlineData("---")]
    public void A_text_of_invisible_characters_is_not_visible(string text) => Assert.False(Writing.IsSeen(text));

    [Theory]
    [InlineData("李")]
    [InlineData("O'Neill")]
    [InlineData("علی\u200cرضا")]
    [InlineData("\ud840\udc00")]
    public void A_name_in_any_script_is_visible(string text) => Assert.True(Writing.IsSeen(text));

    [Theory]
    [InlineData("Ana\u202egpj")]
    [InlineData("a\0b")]
    [InlineData("a\u2066b")]
    public void What_turns_a_text_around_cannot_be_written(string text) => Assert.False(Writing.CanBeWritten(text));

    [Theory]
    [InlineData("José Núñez", "jose nunez")]
    [InlineData("Jose\u0301\u3000Nun\u0303ez", "JOSÉ\u00a0NÚÑEZ")]
    [InlineData("Straße", "STRASSE")]
    [InlineData("Łukasz Ørsted Þór", "lukasz orsted thor")]
    [InlineData("ＡＤＡ １２", "ada 12")]
    [InlineData("\ufb01n", "FIN")]
    [InlineData("عَلِي", "علي")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8")]
    [InlineData("Ada\u200bLovelace", "adalovelace")]
    public void What_looks_alike_is_found_alike(string one, string another) => Assert.Equal(Writing.Fold(one), Writing.Fold(another));

    [Theory]
    [InlineData("が", "か")]
    [InlineData("Ada", "Adam")]
    public void Texts_that_look_different_are_not_found_alike(string one, string another) => Assert.NotEqual(Writing.Fold(one + "."), Writing.Fold(another + "."));

    [Theory]
    [InlineData("A17", "a17")]
    [InlineData("A17", "Ａ１７")]
    [InlineData("17", "١٧")]
    [InlineData("17", "१७")]
    [InlineData("é1", "e\u03011")]
    public void Numbers_that_are_written_in_other_ways_are_the_same(string one, string another) => Assert.Equal(Writing.Key(one), Writing.Key(another));

    [Theory]
    [InlineData("А17", "A17")] // Cyrillic
    [InlineData("Α17", "A17")] // Greek
    public void Letters_of_another_script_look_like_Latin_ones_and_are_not(string other, string latin)
    {
        Assert.NotEqual(Writing.Key(other), Writing.Key(latin));
        Assert.Equal(Writing.Key(latin), Writing.LookOf(Writing.Key(other)));
    }

    [Theory]
    [InlineData("AВ17", true)]
    [InlineData("AB17", false)]
    [InlineData("ДБ17", false)]
    public void A_number_of_several_scripts_is_mixed(string number, bool isMixed) => Assert.Equal(isMixed, Writing.IsMixed(number));

    [Fact]
    public void A_text_is_tidied_whatever_its_spaces_are()
    {
        Assert.Equal("Ada Lovelace", Writing.Tidy(" Ada\u3000\u00a0Lovelace\u2003"));
        Assert.True(Writing.Tidy("Jose\u0301 \ud800x").IsNormalized(NormalizationForm.FormC));
    }

    /// <summary>Tests texts that a request may hold but that .NET partly refuses to normalize. (It is no theory, because an attribute cannot hold half of a surrogate pair.)</summary>
    [Fact]
    public void Malformed_Unicode_does_not_fail()
    {
        foreach (var text in new[] { "\ud800", "\udc00x", "a\ufffeb", "\uffff\ufdd0", "\ud83f\udffe", "\0" })
        {
            Assert.True(Writing.Tidy(text).IsNormalized(NormalizationForm.FormC));
            Assert.NotNull(Writing.Fold(text));
            Assert.NotNull(Writing.Key(text));
            Assert.False(Writing.IsMixed(text));
        }
    }
}
