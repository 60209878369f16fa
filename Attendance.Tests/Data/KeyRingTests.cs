using System.Xml.Linq;
using Attendance.Web.Data.Protection;
using Xunit;

namespace Attendance.Tests.Data;

/// <summary>Tests what databases store about their encryption keys. It must stay readable for as long as such databases exist.</summary>
public sealed class KeyRingTests
{
    private const string Written = "Attendance.Web.Data.Protection.SecretXmlDecryptor, Attendance.Web, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null";

    [Fact]
    public void The_decryptor_that_keys_name_is_found() => Assert.Equal(typeof(SecretXmlDecryptor), Type.GetType(Written, throwOnError: true));

    [Fact]
    public void Keys_name_the_decryptor_as_ever() =>
        Assert.Equal(Written, new SecretXmlEncryptor("a secret of the tests").Encrypt(new XElement("key")).DecryptorType.AssemblyQualifiedName);
}
