using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Data;

/// <summary>The tables of how accounts sign in, and where they are signed in.</summary>
internal static partial class AttendanceModel
{
    public static void BuildSignIns(ModelBuilder builder)
    {
        builder.Entity<SignInCount>(count =>
        {
            count.ToTable("sign_in_counts");
            count.HasKey(each => each.Key);
            count.Property(each => each.Key).HasMaxLength(SignInCount.KeyLength);
            count.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<SpentLogoutToken>(token =>
        {
            token.ToTable("spent_logout_tokens");
            token.HasKey(each => each.Key);
            token.Property(each => each.Key).HasMaxLength(SpentLogoutToken.KeyLength);
        });
        builder.Entity<SignInSession>(session =>
        {
            session.ToTable("sign_in_sessions");
            session.Property(each => each.Id).HasMaxLength(SignInSession.IdLength);
            session.Property(each => each.Device).HasMaxLength(SignInSession.DeviceLength);
            session.Property(each => each.Way).HasConversion<string>().HasMaxLength(16).HasDefaultValue(SignInWay.Password); // those of earlier versions
            session.Property(each => each.ProviderSession).HasMaxLength(SignInSession.ProviderSessionLength);
            session.HasIndex(each => each.ProviderSession);
            session.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<AccountPasskey>(passkey =>
        {
            passkey.ToTable("account_passkeys");
            passkey.HasKey(each => each.CredentialId);
            passkey.Property(each => each.CredentialId).HasMaxLength(AccountPasskey.IdLength);
            passkey.OwnsOne(each => each.Data).ToJson();
            passkey.HasOne<Account>().WithMany().HasForeignKey(each => each.UserId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
